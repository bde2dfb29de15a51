// LiveKit's realtime model for xAI: it lives on what the real service sends, raw, and sends OpenAI's session shape.
import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import * as xai from '@livekit/agents-plugin-xai';
import { check, expect, expectEqual, phrases, runChecks, silence, tone, waitFor } from './kit.mjs';
import { answer, noErrors, openWith, order, readAll, say, weather } from './livekit_kit.mjs';

const open = (options) => openWith(xai.realtime.RealtimeModel, options);

check('a typed turn is spoken', async () => {
  const { session, log } = open();
  await say(session, phrases.hello);

  const reply = await readAll(await session.generateReply());

  expect(reply.samples > 0, 'no audio');
  expectEqual(reply.text, `You said: ${phrases.hello}`, 'transcript');
  noErrors(log);
  await session.close();
});

check('an audio turn: heard by the server, the final transcript told once', async () => {
  const { session, log } = open();
  const heard = [];
  session.on('input_audio_transcription_completed', (event) => heard.push(event));
  const push = (samples) => session.pushAudio(new AudioFrame(samples, 24000, 1, samples.length));
  for (let i = 0; i < 8; ++i) push(tone(100));
  for (let i = 0; i < 10; ++i) push(silence(100));

  const generation = await waitFor(() => log.generations[0], 'a generation');
  const reply = await readAll(generation);

  expect(reply.samples > 0 && reply.text.length > 0, 'no reply');
  await waitFor(() => heard.filter((event) => event.isFinal).length === 1, 'one final transcript');
  noErrors(log);
  await session.close();
});

check('the client\'s own tool goes round', async () => {
  const { session, log } = open();
  await session.updateTools(new llm.ToolContext([order]));
  await say(session, phrases.oneCall);
  const { calls } = await readAll(await session.generateReply());
  expectEqual(calls.map((call) => [call.name, call.args]), [['lookup_order', '{"id":"A7"}']], 'calls');

  await answer(session, [{ callId: calls[0].callId, name: 'lookup_order', output: 'shipped' }]);
  const reply = await readAll(await session.generateReply());

  expect(reply.text.includes('shipped'), `not told: ${reply.text}`);
  noErrors(log);
  await session.close();
});

check('two parallel calls are answered together', async () => {
  const { session, log } = open();
  await session.updateTools(new llm.ToolContext([order, weather]));
  await say(session, phrases.twoCalls);
  const { calls } = await readAll(await session.generateReply());
  expectEqual(calls.map((call) => call.name), ['lookup_order', 'weather'], 'calls');

  await answer(session, calls.map((call) => ({
    callId: call.callId, name: call.name, output: call.name === 'weather' ? 'rain' : 'shipped',
  })));
  const reply = await readAll(await session.generateReply());

  expect(reply.text.includes('rain') && reply.text.includes('shipped'), `not both: ${reply.text}`);
  noErrors(log);
  await session.close();
});

check('interrupt() stops a reply and the session goes on', async () => {
  const { session, log } = open();
  await say(session, phrases.slowly);
  const reading = readAll(await session.generateReply());
  await waitFor(() => log.events.some((event) => event.type === 'response.output_audio.delta'), 'audio');

  await session.interrupt();

  await reading;
  await waitFor(() => log.events.some((event) => event.type === 'response.done'), 'done');
  await say(session, phrases.hello);
  const next = await readAll(await session.generateReply());
  expectEqual(next.text, `You said: ${phrases.hello}`, 'the next reply');
  noErrors(log);
  await session.close();
});

await runChecks('@livekit/agents-plugin-xai');
