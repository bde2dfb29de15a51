// A session of the Agents SDK, its tools, and what is asked of its history.
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { z } from 'zod';
import { expectEqual, server, waitFor } from './kit.mjs';

export function makeTools(ran, options = {}) {
  const order = tool({
    name: 'lookup_order', description: 'Looks up an order.', parameters: z.object({ id: z.string() }),
    execute: async (args) => { ran.push(['lookup_order', args]); return 'state: shipped'; },
    ...options,
  });
  const weather = tool({
    name: 'weather', description: 'The weather.', parameters: z.object({ city: z.string() }),
    execute: async (args) => { ran.push(['weather', args]); return 'rain'; },
  });
  return [order, weather];
}

export async function open({ tools = [], config = {} } = {}) {
  const agent = new RealtimeAgent({ name: 'desk', instructions: 'You are a receptionist.', tools });
  const session = new RealtimeSession(agent, {
    transport: 'websocket', model: server.model, tracingDisabled: true, config,
  });
  const log = { errors: [], events: [], audio: 0, interrupted: 0 };
  session.on('error', (error) => log.errors.push(error));
  session.on('transport_event', (event) => log.events.push(event));
  session.on('audio', (event) => { log.audio += event.data.byteLength; });
  session.on('audio_interrupted', () => { ++log.interrupted; });
  await session.connect({ apiKey: server.key, url: `${server.ws}?model=${server.model}` });
  await waitFor(() => log.events.some((event) => event.type === 'session.updated'), 'session.updated');
  return { session, log };
}

/// What the assistant has said, from the session's own history.
export function spoken(session) {
  return session.history
    .filter((item) => item.type === 'message' && item.role === 'assistant')
    .flatMap((item) => item.content.map((part) => part.text ?? part.transcript ?? '')).join('\n');
}
export const count = (log, type) => log.events.filter((event) => event.type === type).length;
export const noErrors = (log) => expectEqual(log.errors.map((e) => e.error?.error ?? String(e.error)), [], 'errors');
