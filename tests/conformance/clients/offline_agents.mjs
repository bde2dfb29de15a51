// OpenAI's Agents SDK in a conversation with the offline voice.
import { count, makeTools, noErrors, open, spoken } from './agents_kit.mjs';
import { check, expect, expectEqual, runChecks, waitFor } from './kit.mjs';
import {
  cancellation, expectFact, expectUnseen, holds, hours, longQuestion, ourAndOwnQuestion, services, spokenPieces,
  twoOwnQuestions, twoQuestions,
} from './offline_kit.mjs';

const text = { outputModalities: ['text'] };
const aloud = {
  outputModalities: ['audio'],
  audio: {
    input: {
      transcription: { model: 'gpt-4o-mini-transcribe' }, turnDetection: { type: 'server_vad', interruptResponse: true },
    },
  },
};
function speak(session, question) {
  for (const piece of spokenPieces(question)) session.sendAudio(piece.buffer);
}
const told = (session, ...questions) =>
  waitFor(() => questions.every((question) => holds(spoken(session), question)), 'the facts');
const calledIn = (session) =>
  session.history.filter((item) => item.type === 'function_call').map((item) => item.name);

check('a typed question is answered from the business\'s own data', async () => {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: text });

  session.sendMessage(cancellation.text);

  await told(session, cancellation);
  expectEqual([calledIn(session), ran], [[], []], 'calls');
  expectUnseen(log.events, [cancellation.tool]);
  noErrors(log);
  session.close();
});

check('a spoken question is heard and answered aloud', async () => {
  const { session, log } = await open({ config: aloud });

  speak(session, cancellation);

  await told(session, cancellation);
  const asked = await waitFor(() => session.history.find((item) => item.role === 'user'), 'the question');
  expectEqual(asked.content.map((part) => part.transcript), [cancellation.text], 'heard');
  expect(log.audio > 2 * 24000, `less than a second of sound: ${log.audio} bytes`);
  expectUnseen(log.events, [cancellation.tool]);
  noErrors(log);
  session.close();
});

check('two questions in one sentence are two calls and one answer', async () => {
  const { session, log } = await open({ config: text });

  session.sendMessage(twoQuestions);

  await waitFor(() => count(log, 'response.done') === 1, 'the end of the answer');
  expectFact(spoken(session), hours);
  expectFact(spoken(session), cancellation);
  expectUnseen(log.events, [hours.tool, cancellation.tool]);
  noErrors(log);
  session.close();
});

check('two parallel calls of the client\'s tools run once each and both answers are told', async () => {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: text });

  session.sendMessage(twoOwnQuestions);

  await waitFor(() => spoken(session).includes('shipped') && spoken(session).includes('rain'), 'answers');
  expectEqual(ran, [['weather', { city: 'Oslo' }], ['lookup_order', { id: 'A7' }]], 'runs');
  noErrors(log);
  session.close();
});

check('the gateway\'s tool runs beside the client\'s own', async () => {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: text });

  session.sendMessage(ourAndOwnQuestion);

  await waitFor(() => spoken(session).includes('shipped') && holds(spoken(session), hours), 'both answers');
  expectEqual(ran, [['lookup_order', { id: 'A7' }]], 'runs');
  expectEqual(calledIn(session), ['lookup_order'], 'calls in the history');
  expectUnseen(log.events, [hours.tool]);
  noErrors(log);
  session.close();
});

check('interrupt() stops an answer, and the next question is answered', async () => {
  const { session, log } = await open({ config: aloud });
  session.sendMessage(longQuestion);
  await waitFor(() => log.audio > 0, 'audio');

  session.interrupt();

  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  expect(log.interrupted > 0, 'the session did not notice');
  session.sendMessage(services.text);
  await told(session, services);
  noErrors(log);
  session.close();
});

check('a question over an answer interrupts it and is answered itself', async () => {
  const { session, log } = await open({ config: aloud });
  session.sendMessage(longQuestion);
  await waitFor(() => log.audio > 0, 'audio');

  speak(session, services);

  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  await waitFor(() => log.interrupted > 0, 'audio_interrupted');
  await waitFor(() => count(log, 'conversation.item.truncated') === 1, 'truncation');
  await told(session, services);
  noErrors(log);
  session.close();
});

await runChecks('@openai/agents-realtime');
