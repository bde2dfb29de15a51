// Vercel's AI SDK: it has no socket of its own, only a mapper of events; over a plain `ws` here.
import { createOpenAI } from '@ai-sdk/openai';
import { WebSocket } from 'ws';
import {
  Inbox, base64, check, expect, expectEqual, httpBase, isBare, phrases, runChecks, server, silence, tone,
} from './kit.mjs';

const model = createOpenAI({ apiKey: server.key, baseURL: httpBase }).experimental_realtime(server.model);
const tools = ['lookup_order', 'weather'].map((name) => ({
  type: 'function', name, description: name,
  parameters: { type: 'object', properties: {}, additionalProperties: true },
}));

async function open(config) {
  const { url, headers } = await model.getServerWebSocketConfig();
  const socket = new WebSocket(url, { headers });
  const inbox = new Inbox();
  socket.on('message', (data) => inbox.push(model.parseServerEvent(JSON.parse(data.toString()))));
  await new Promise((resolve, reject) => { socket.on('open', resolve); socket.on('error', reject); });
  const send = (event) => socket.send(JSON.stringify(model.serializeClientEvent(event)));
  send({ type: 'session-update', config });
  await inbox.type('session-updated');
  return { socket, inbox, send };
}
const say = (send, text) => {
  send({ type: 'conversation-item-create', item: { type: 'text-message', role: 'user', text } });
  send({ type: 'response-create' });
};
const callsOf = (events) => events.filter((event) => event.type === 'function-call-arguments-done');

check('a text turn', async () => {
  const { socket, inbox, send } = await open({ outputModalities: ['text'] });
  say(send, phrases.hello);

  const { text } = await inbox.type('text-done');
  const done = await inbox.type('response-done');

  if (isBare) expectEqual(text, `You said: ${phrases.hello}`, 'text');
  expectEqual(done.status, 'completed', 'status');
  expect(done.usage.outputTokens > 0, 'no usage');
  socket.close();
});

check('an audio turn', async () => {
  const { socket, inbox, send } = await open({
    outputModalities: ['audio'], turnDetection: { type: 'server-vad', silenceDurationMs: 200 },
  });
  for (let i = 0; i < 5; ++i) send({ type: 'input-audio-append', audio: base64(tone(100)) });
  for (let i = 0; i < 5; ++i) send({ type: 'input-audio-append', audio: base64(silence(100)) });

  await inbox.type('speech-started');
  await inbox.type('audio-committed');
  const { delta } = await inbox.type('audio-delta');
  const { transcript } = await inbox.type('audio-transcript-done');

  expect(Buffer.from(delta, 'base64').length % 2 === 0, 'half a sample');
  expect(transcript.length > 0, 'no transcript');
  socket.close();
});

check('two parallel calls are answered together', async () => {
  const { socket, inbox, send } = await open({ outputModalities: ['text'], tools });
  const from = inbox.mark();
  say(send, phrases.twoCalls);
  await inbox.type('response-done');
  const calls = callsOf(inbox.all(from));
  expectEqual(calls.map((call) => call.name), ['lookup_order', 'weather'], 'calls');

  for (const call of calls) {
    send({
      type: 'conversation-item-create',
      item: { type: 'function-call-output', callId: call.callId, output: `did ${call.name}` },
    });
  }
  send({ type: 'response-create' });

  const { text } = await inbox.type('text-done');
  expect(text.includes('did lookup_order') && text.includes('did weather'), `not both: ${text}`);
  socket.close();
});

check('response-cancel interrupts a reply', async () => {
  const { socket, inbox, send } = await open({ outputModalities: ['audio'] });
  say(send, phrases.slowly);
  await inbox.type('audio-delta');

  send({ type: 'response-cancel' });

  expectEqual((await inbox.type('response-done')).status, 'cancelled', 'status');
  socket.close();
});

check('a client secret is made', async () => {
  const secret = await model.doCreateClientSecret({ expiresAfterSeconds: 60 });

  expect(secret.token.startsWith('ek_'), `not a secret: ${secret.token}`);
});

await runChecks('@ai-sdk/openai');
