// A session of LiveKit's realtime model, and its generations read to their end.
import { initializeLogger, llm } from '@livekit/agents';
import { realtime } from '@livekit/agents-plugin-openai';
import { z } from 'zod';
import { expectEqual, httpBase, server } from './kit.mjs';

initializeLogger({ pretty: false, level: 'silent' });

export const order = llm.tool({
  name: 'lookup_order', description: 'Looks up an order.', parameters: z.object({ id: z.string() }),
  execute: async () => 'shipped',
});
export const weather = llm.tool({
  name: 'weather', description: 'The weather.', parameters: z.object({ city: z.string() }),
  execute: async () => 'rain',
});

export const open = (options) => openWith(realtime.RealtimeModel, options);

/// A session of `Model`: the plugin's own, or one that derives from it.
export function openWith(Model, options = {}) {
  const model = new Model({
    apiKey: server.key, baseURL: httpBase, model: server.model, ...options,
  });
  const session = model.session();
  const log = { errors: [], events: [], generations: [] };
  session.on('error', (error) => log.errors.push(String(error.error ?? error)));
  session.on('openai_server_event_received', (event) => log.events.push(event));
  session.on('generation_created', (generation) => log.generations.push(generation));
  return { session, log };
}

export async function collect(stream) {
  const reader = stream.getReader();
  const out = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out;
    out.push(value);
  }
}

/// Reads a generation to its end, its streams side by side.
export async function readAll(generation) {
  const out = { text: '', samples: 0, calls: [], messageIds: [] };
  const messages = (async () => {
    const reader = generation.messageStream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      out.messageIds.push(value.messageId);
      const [words, frames] = await Promise.all([collect(value.textStream), collect(value.audioStream)]);
      // Where the wire says when a word begins, it is an object.
      out.text += words.map((word) => word.text ?? String(word)).join('');
      for (const frame of frames) out.samples += frame.samplesPerChannel;
    }
  })();
  const calls = collect(generation.functionStream).then((found) => { out.calls = found; });
  await Promise.all([messages, calls]);
  return out;
}

export async function say(session, text) {
  const chatCtx = session.chatCtx.copy();
  chatCtx.addMessage({ role: 'user', content: text });
  await session.updateChatCtx(chatCtx);
}

export async function answer(session, results) {
  const chatCtx = session.chatCtx.copy();
  for (const { callId, name, output } of results) {
    chatCtx.items.push(llm.FunctionCallOutput.create({ callId, name, output, isError: false }));
  }
  await session.updateChatCtx(chatCtx);
}
export const noErrors = (log) => expectEqual(log.errors, [], 'errors');
