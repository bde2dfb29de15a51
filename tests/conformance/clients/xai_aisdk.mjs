// Vercel's AI SDK for xAI: its mapper of events over a plain `ws`, its client secret in the browser's subprotocol.
import { createXai } from '@ai-sdk/xai';
import { WebSocket } from 'ws';
import { Inbox, base64, check, expect, expectEqual, httpBase, phrases, runChecks, server, silence, tone } from './kit.mjs';

const model = createXai({ apiKey: server.key, baseURL: httpBase }).experimental_realtime(server.model);
const tools = ['lookup_order', 'weather'].map((name) => ({
  type: 'function', name, description: name,
  parameters: { type: 'object', properties: {}, additionalProperties: true },
}));

/// The SDK's own address is always wss; the host is the one that it was given.
async function connect(token) {
  const secret = token ?? await model.doCreateClientSecret({ expiresAfterSeconds: 60 });
  const { url, protocols } = model.getWebSocketConfig(secret);
  const socket = new WebSocket(url.replace(/^wss/, 'ws'), protocols);
  const inbox = new Inbox();
  socket.on('message', (data) => inbox.push(model.parseServerEvent(JSON.parse(data.toString()))));
  await new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });
  return { socket, inbox };
}

async function open(config = {}) {
  const { socket, inbox } = await connect();
  const send = (event) => {
    const raw = model.serializeClientEvent(event);
    if (raw !== undefined) socket.send(JSON.stringify(raw));
  };
  send({ type: 'session-update', config: { instructions: 'Be brief.', ...config } });
  await inbox.type('session-updated');
  return { socket, inbox, send };
}
const say = (send, text) => {
  send({ type: 'conversation-item-create', item: { type: 'text-message', role: 'user', text } });
  send({ type: 'response-create' });
};

check('a client secret opens a socket by its subprotocol, and no other token does', async () => {
  const secret = await model.doCreateClientSecret({ expiresAfterSeconds: 60 });
  expect(secret.expiresAt > Date.now() / 1000, 'it expires at once');
  expect(secret.url.endsWith(`/v1/realtime?model=${server.model}`), `address: ${secret.url}`);

  const { socket, inbox } = await connect(secret);
  const refused = await connect({ ...secret, token: 'made-up' }).then(() => '', (error) => error.message);

  expect((await inbox.type('session-created')).sessionId.length > 0, 'no session id');
  expect(refused.includes('401'), `let in: ${refused}`);
  socket.close();
});

check('a typed turn is spoken', async () => {
  const { socket, inbox, send } = await open();
  say(send, phrases.hello);

  const { delta } = await inbox.type('audio-delta');
  const { transcript } = await inbox.type('audio-transcript-done');
  const done = await inbox.type('response-done');

  expect(Buffer.from(delta, 'base64').length % 2 === 0, 'half a sample');
  expectEqual(transcript, `You said: ${phrases.hello}`, 'transcript');
  expectEqual(done.status, 'completed', 'status');
  socket.close();
});

check('an audio turn, with transcription as a provider option', async () => {
  const { socket, inbox, send } = await open({
    turnDetection: { type: 'server-vad', silenceDurationMs: 200 },
    providerOptions: { audio: { input: { transcription: { model: 'grok-transcribe' } } } },
  });
  for (let i = 0; i < 5; ++i) send({ type: 'input-audio-append', audio: base64(tone(100)) });
  for (let i = 0; i < 5; ++i) send({ type: 'input-audio-append', audio: base64(silence(100)) });

  const { itemId } = await inbox.type('speech-started');
  await inbox.type('audio-committed');
  const heard = await inbox.type('input-transcription-completed');
  await inbox.type('response-created');
  await inbox.type('audio-transcript-done');

  expectEqual(heard.itemId, itemId, 'item');
  expect(heard.transcript.length > 0, 'nothing heard');
  socket.close();
});

check('two parallel calls are answered together', async () => {
  const { socket, inbox, send } = await open({ tools });
  const from = inbox.mark();
  say(send, phrases.twoCalls);
  await inbox.type('response-done');
  const calls = inbox.all(from).filter((event) => event.type === 'function-call-arguments-done');
  expectEqual(calls.map((call) => call.name), ['lookup_order', 'weather'], 'calls');

  for (const call of calls) {
    send({
      type: 'conversation-item-create',
      item: { type: 'function-call-output', callId: call.callId, output: `did ${call.name}` },
    });
  }
  send({ type: 'response-create' });

  const { transcript } = await inbox.type('audio-transcript-done');
  expect(transcript.includes('did lookup_order') && transcript.includes('did weather'), `not both: ${transcript}`);
  socket.close();
});

check('response-cancel interrupts a reply', async () => {
  const { socket, inbox, send } = await open();
  say(send, phrases.slowly);
  await inbox.type('audio-delta');

  send({ type: 'response-cancel' });

  expectEqual((await inbox.type('response-done')).status, 'cancelled', 'status');
  socket.close();
});

check('an error is told by its message and code', async () => {
  const { socket, inbox, send } = await open();

  send({ type: 'response-cancel' });

  const error = await inbox.type('error');
  expectEqual(error.code, 'response_cancel_not_active', 'code');
  expect(error.message.length > 20, `message: ${error.message}`);
  socket.close();
});

await runChecks('@ai-sdk/xai');
