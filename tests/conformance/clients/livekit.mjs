// LiveKit's realtime model for OpenAI: it wants its own ids kept, metadata echoed and whole samples.
import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { check, expect, expectEqual, isBare, phrases, runChecks, silence, tone, waitFor } from './kit.mjs';
import { answer, noErrors, open, order, readAll, say, weather } from './livekit_kit.mjs';

check('a text turn', async () => {
  const { session, log } = open({ modalities: ['text'] });
  await say(session, phrases.hello);

  const reply = await readAll(await session.generateReply());

  expect(reply.text.length > 0, 'no text');
  if (isBare) expectEqual(reply.text, `You said: ${phrases.hello}`, 'text');
  noErrors(log);
  await session.close();
});

check('an audio turn: heard, answered with whole samples', async () => {
  const { session, log } = open({ turnDetection: { type: 'server_vad', create_response: true } });
  const push = (samples) => session.pushAudio(new AudioFrame(samples, 24000, 1, samples.length));
  for (let i = 0; i < 8; ++i) push(tone(100));
  for (let i = 0; i < 10; ++i) push(silence(100));

  const generation = await waitFor(() => log.generations[0], 'a generation');
  const reply = await readAll(generation);

  expect(reply.samples > 0, 'no audio');
  expect(reply.text.length > 0, 'no transcript');
  noErrors(log);
  await session.close();
});

check('the client\'s own tool goes round', async () => {
  const { session, log } = open({ modalities: ['text'] });
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
  const { session, log } = open({ modalities: ['text'] });
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

check('interrupt() and truncate() stop a reply and the session goes on', async () => {
  const { session, log } = open();
  await say(session, phrases.slowly);
  const generation = await session.generateReply();
  const reading = readAll(generation);
  await waitFor(() => log.events.some((event) => event.type === 'response.output_audio.delta'), 'audio');

  await session.interrupt();

  const reply = await reading;
  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  await session.truncate({ messageId: reply.messageIds[0], audioEndMs: 100 });
  await waitFor(() => log.events.some((event) => event.type === 'conversation.item.truncated'), 'truncated');
  await say(session, phrases.hello);
  const next = await readAll(await session.generateReply());
  expect(next.text.length > 0, 'no next reply');
  noErrors(log);
  await session.close();
});

check('cancelling when nothing runs is no error', async () => {
  const { session, log } = open({ modalities: ['text'] });
  await say(session, phrases.hello);
  session.sendEvent({ type: 'response.cancel' });
  await waitFor(() => log.events.some((event) => event.type === 'error'), 'error event');

  const reply = await readAll(await session.generateReply());

  expect(reply.text.length > 0, 'no reply');
  noErrors(log);
  await session.close();
});

if (!isBare) {
  check('the server\'s own tool runs unseen', async () => {
    const { session, log } = open({ modalities: ['text'] });
    await session.updateTools(new llm.ToolContext([order]));
    await say(session, phrases.ownAndClientCall);
    const { calls } = await readAll(await session.generateReply());
    expectEqual(calls.map((call) => call.name), ['lookup_order'], 'calls');

    await answer(session, [{ callId: calls[0].callId, name: 'lookup_order', output: 'shipped' }]);
    const reply = await readAll(await session.generateReply());

    expect(reply.text.includes('shipped'), `not told: ${reply.text}`);
    noErrors(log);
    await session.close();
  });
}

await runChecks('@livekit/agents-plugin-openai');
