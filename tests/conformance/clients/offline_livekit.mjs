// LiveKit's realtime model in a conversation with the offline voice.
import { llm } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { check, expect, expectEqual, runChecks, waitFor } from './kit.mjs';
import { answer, noErrors, open, order, readAll, say, weather } from './livekit_kit.mjs';
import {
  cancellation, expectFact, expectUnseen, hours, longQuestion, ourAndOwnQuestion, services, spokenPieces,
  twoOwnQuestions, twoQuestions,
} from './offline_kit.mjs';

const listening = { turnDetection: { type: 'server_vad', create_response: true, interrupt_response: true } };
function speak(session, question) {
  for (const piece of spokenPieces(question)) session.pushAudio(new AudioFrame(piece, 24000, 1, piece.length));
}
async function ask(session, text) {
  await say(session, text);
  return readAll(await session.generateReply());
}
const outputs = { lookup_order: 'shipped', weather: 'rain' };
const answerAll = (session, calls) => answer(session,
  calls.map(({ callId, name }) => ({ callId, name, output: outputs[name] })));

check('a typed question is answered from the business\'s own data', async () => {
  const { session, log } = open({ modalities: ['text'] });
  await session.updateTools(new llm.ToolContext([order]));

  const reply = await ask(session, cancellation.text);

  expectFact(reply.text, cancellation);
  expectEqual(reply.calls, [], 'calls');
  expectUnseen(log.events, [cancellation.tool]);
  noErrors(log);
  await session.close();
});

check('a spoken question is heard and answered aloud', async () => {
  const { session, log } = open(listening);

  speak(session, cancellation);

  const reply = await readAll(await waitFor(() => log.generations[0], 'a generation'));
  expectFact(reply.text, cancellation);
  expect(reply.samples > 24000, `less than a second of sound: ${reply.samples} samples`);
  expectUnseen(log.events, [cancellation.tool]);
  noErrors(log);
  await session.close();
});

check('two questions in one sentence are two calls and one answer', async () => {
  const { session, log } = open({ modalities: ['text'] });

  const reply = await ask(session, twoQuestions);

  expectFact(reply.text, hours);
  expectFact(reply.text, cancellation);
  expectUnseen(log.events, [hours.tool, cancellation.tool]);
  noErrors(log);
  await session.close();
});

check('two parallel calls of the client\'s tools are answered together', async () => {
  const { session, log } = open({ modalities: ['text'] });
  await session.updateTools(new llm.ToolContext([order, weather]));
  const { calls } = await ask(session, twoOwnQuestions);
  expectEqual(calls.map((call) => [call.name, call.args]),
    [['weather', '{"city":"Oslo"}'], ['lookup_order', '{"id":"A7"}']], 'calls');

  await answerAll(session, calls);
  const { text } = await readAll(await session.generateReply());

  expect(text.includes('rain') && text.includes('shipped'), `not both: ${text}`);
  noErrors(log);
  await session.close();
});

check('the gateway\'s tool runs beside the client\'s own', async () => {
  const { session, log } = open({ modalities: ['text'] });
  await session.updateTools(new llm.ToolContext([order]));
  const { calls } = await ask(session, ourAndOwnQuestion);
  expectEqual(calls.map((call) => call.name), ['lookup_order'], 'calls');

  await answerAll(session, calls);
  const { text } = await readAll(await session.generateReply());

  expectFact(text, hours);
  expect(text.includes('shipped'), `the client's answer is not told: ${text}`);
  expectUnseen(log.events, [hours.tool]);
  noErrors(log);
  await session.close();
});

check('interrupt() and truncate() stop an answer, and the next question is answered', async () => {
  const { session, log } = open();
  await say(session, longQuestion);
  const reading = readAll(await session.generateReply());
  await waitFor(() => log.events.some((event) => event.type === 'response.output_audio.delta'), 'audio');

  await session.interrupt();

  const reply = await reading;
  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  await session.truncate({ messageId: reply.messageIds[0], audioEndMs: 100 });
  await waitFor(() => log.events.some((event) => event.type === 'conversation.item.truncated'), 'truncated');
  expectFact((await ask(session, services.text)).text, services);
  noErrors(log);
  await session.close();
});

check('a question over an answer interrupts it and is answered itself', async () => {
  const { session, log } = open(listening);
  await say(session, longQuestion);
  const reading = readAll(await session.generateReply());
  await waitFor(() => log.events.some((event) => event.type === 'response.output_audio.delta'), 'audio');

  speak(session, services);

  await reading;
  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  const next = await waitFor(() => log.generations.find((generation) => !generation.userInitiated), 'an answer');
  expectFact((await readAll(next)).text, services);
  noErrors(log);
  await session.close();
});

await runChecks('@livekit/agents-plugin-openai');
