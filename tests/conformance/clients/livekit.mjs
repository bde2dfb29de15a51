// LiveKit's realtime model for OpenAI: it wants its own ids kept, metadata echoed and whole samples.
import { initializeLogger, llm } from '@livekit/agents';
import { realtime } from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { z } from 'zod';
import {
  check, expect, expectEqual, httpBase, isBare, phrases, runChecks, server, silence, tone, waitFor,
} from './kit.mjs';

initializeLogger({ pretty: false, level: 'silent' });

const order = llm.tool({
  name: 'lookup_order', description: 'Looks up an order.', parameters: z.object({ id: z.string() }),
  execute: async () => 'shipped',
});
const weather = llm.tool({
  name: 'weather', description: 'The weather.', parameters: z.object({ city: z.string() }),
  execute: async () => 'rain',
});

function open(options = {}) {
  const model = new realtime.RealtimeModel({
    apiKey: server.key, baseURL: httpBase, model: server.model, ...options,
  });
  const session = model.session();
  const log = { errors: [], events: [], generations: [] };
  session.on('error', (error) => log.errors.push(String(error.error ?? error)));
  session.on('openai_server_event_received', (event) => log.events.push(event));
  session.on('generation_created', (generation) => log.generations.push(generation));
  return { session, log };
}

async function collect(stream) {
  const reader = stream.getReader();
  const out = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out;
    out.push(value);
  }
}

/// Reads a generation to its end, its streams side by side.
async function readAll(generation) {
  const out = { text: '', samples: 0, calls: [], messageIds: [] };
  const messages = (async () => {
    const reader = generation.messageStream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      out.messageIds.push(value.messageId);
      const [words, frames] = await Promise.all([collect(value.textStream), collect(value.audioStream)]);
      out.text += words.map(String).join('');
      for (const frame of frames) out.samples += frame.samplesPerChannel;
    }
  })();
  const calls = collect(generation.functionStream).then((found) => { out.calls = found; });
  await Promise.all([messages, calls]);
  return out;
}

async function say(session, text) {
  const chatCtx = session.chatCtx.copy();
  chatCtx.addMessage({ role: 'user', content: text });
  await session.updateChatCtx(chatCtx);
}

async function answer(session, results) {
  const chatCtx = session.chatCtx.copy();
  for (const { callId, name, output } of results) {
    chatCtx.items.push(llm.FunctionCallOutput.create({ callId, name, output, isError: false }));
  }
  await session.updateChatCtx(chatCtx);
}
const noErrors = (log) => expectEqual(log.errors, [], 'errors');

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
