// OpenAI's Agents SDK for realtime: its session, its tools, its interruptions.
import { check, expect, expectEqual, isBare, phrases, runChecks, server, silence, tone, waitFor } from './kit.mjs';
import { count, makeTools, noErrors, open, spoken } from './agents_kit.mjs';

check('a text turn ends up in the history', async () => {
  const { session, log } = await open({ config: { outputModalities: ['text'] } });
  session.sendMessage(phrases.hello);

  await waitFor(() => count(log, 'response.done') === 1 && spoken(session).length > 0, 'reply');

  if (isBare) expectEqual(spoken(session), `You said: ${phrases.hello}`, 'reply');
  noErrors(log);
  session.close();
});

check('an audio turn plays and is transcribed', async () => {
  const { session, log } = await open({
    config: { outputModalities: ['audio'], audio: { input: { turnDetection: { type: 'server_vad' } } } },
  });
  for (let i = 0; i < 8; ++i) session.sendAudio(tone(100).buffer);
  for (let i = 0; i < 10; ++i) session.sendAudio(silence(100).buffer);

  await waitFor(() => count(log, 'response.done') === 1 && spoken(session).length > 0, 'reply');

  expect(log.audio > 0 && log.audio % 2 === 0, `audio bytes: ${log.audio}`);
  noErrors(log);
  session.close();
});

check('the client\'s own tool runs once and its answer is told', async () => {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: { outputModalities: ['text'] } });
  session.sendMessage(phrases.oneCall);

  await waitFor(() => spoken(session).includes('shipped'), 'the answer');

  expectEqual(ran, [['lookup_order', { id: 'A7' }]], 'runs');
  noErrors(log);
  session.close();
});

check('two parallel calls run once each and both answers are told', async () => {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: { outputModalities: ['text'] } });
  session.sendMessage(phrases.twoCalls);

  await waitFor(() => spoken(session).includes('shipped') && spoken(session).includes('rain'), 'answers');

  expectEqual(ran.map(([name]) => name).sort(), ['lookup_order', 'weather'], 'runs');
  noErrors(log);
  session.close();
});

check('a call that needs approval waits for it', async () => {
  const ran = [];
  const { session, log } = await open({
    tools: makeTools(ran, { needsApproval: true }), config: { outputModalities: ['text'] },
  });
  const asked = new Promise((resolve) => {
    session.on('tool_approval_requested', (_context, _agent, request) => resolve(request));
  });
  session.sendMessage(phrases.oneCall);
  const request = await asked;
  expectEqual(ran, [], 'ran before it was approved');

  await session.approve(request.approvalItem);

  await waitFor(() => spoken(session).includes('shipped'), 'the answer');
  expectEqual(ran.length, 1, 'runs');
  noErrors(log);
  session.close();
});

check('interrupt() stops a reply and the session goes on', async () => {
  const { session, log } = await open({ config: { outputModalities: ['audio'] } });
  session.sendMessage(phrases.slowly);
  await waitFor(() => log.audio > 0, 'audio');

  session.interrupt();

  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  expect(log.interrupted > 0, 'the session did not notice');
  session.sendMessage(phrases.hello);
  await waitFor(() => count(log, 'response.done') === 2, 'the next reply');
  noErrors(log);
  session.close();
});

check('speech interrupts a reply', async () => {
  const { session, log } = await open({
    config: {
      outputModalities: ['audio'],
      audio: { input: { turnDetection: { type: 'server_vad', interruptResponse: true } } },
    },
  });
  session.sendMessage(phrases.slowly);
  await waitFor(() => log.audio > 0, 'audio');

  for (let i = 0; i < 5; ++i) session.sendAudio(tone(100).buffer);

  const done = await waitFor(() => log.events.find((event) => event.type === 'response.done'), 'done');
  expectEqual(done.response.status, 'cancelled', 'status');
  await waitFor(() => log.interrupted > 0, 'audio_interrupted');
  await waitFor(() => count(log, 'conversation.item.truncated') === 1, 'truncation');
  noErrors(log);
  session.close();
});

if (!isBare) {
  check('the server\'s own tool runs unseen', async () => {
    const ran = [];
    const { session, log } = await open({ tools: makeTools(ran), config: { outputModalities: ['text'] } });
    session.sendMessage(phrases.ownAndClientCall);

    await waitFor(() => spoken(session).includes('shipped') && spoken(session).includes(server.ownFact),
      'both answers');

    expectEqual(ran, [['lookup_order', { id: 'A7' }]], 'runs');
    const seen = session.history.filter((item) => item.type === 'function_call').map((item) => item.name);
    expectEqual(seen, ['lookup_order'], 'calls in the history');
    noErrors(log);
    session.close();
  });
}

await runChecks('@openai/agents-realtime');
