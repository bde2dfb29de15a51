// A conversation over OpenAI's own socket class, and what is asked of its events.
import net from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { Inbox, httpBase, httpsBase, server } from './kit.mjs';

export const order = {
  type: 'function', name: 'lookup_order', description: 'Looks up an order.',
  parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
};
export const weather = {
  type: 'function', name: 'weather', description: 'The weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/// The class insists on wss: over TLS where the server has it, else its socket is given a plain connection.
export function connect(props = { model: server.model }, key = server.key) {
  const client = new OpenAI({ apiKey: key, baseURL: server.wss ? httpsBase : httpBase });
  const url = new URL(server.ws);
  const options = server.wss ? {} : {
    createConnection: () => net.connect({ host: url.hostname, port: Number(url.port) }),
  };
  const rt = new OpenAIRealtimeWS({ ...props, options }, client);
  const inbox = new Inbox();
  rt.on('event', (event) => inbox.push(event));
  rt.on('error', () => {});
  return { rt, inbox };
}

export async function open(session = {}) {
  const { rt, inbox } = connect();
  const created = await inbox.type('session.created');
  rt.send({ type: 'session.update', session: { type: 'realtime', ...session } });
  const updated = await inbox.type('session.updated');
  return { rt, inbox, created, updated };
}

export function say(rt, text) {
  rt.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  });
}
export const respond = (rt, response) => rt.send({ type: 'response.create', ...(response && { response }) });
export const answer = (rt, call_id, output) =>
  rt.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
export const textOf = (done) => done.response.output
  .flatMap((item) => item.content ?? []).map((part) => part.text ?? part.transcript).join(' ');
export const callsOf = (done) => done.response.output.filter((item) => item.type === 'function_call');
