// A Live session over Google's own client, and what is asked of its messages.
//
// GEMINI_URL   http://HOST:PORT of `callosum-sim gemini`      GEMINI_KEY   its API key
import { readFileSync } from 'node:fs';
import { GoogleGenAI } from '@google/genai';
import { Inbox } from './kit.mjs';

export const url = process.env.GEMINI_URL ?? '';
export const key = process.env.GEMINI_KEY ?? 'test-key';
export const model = 'gemini-3.8-live';
export const { version } = JSON.parse(readFileSync('node_modules/@google/genai/package.json', 'utf8'));
const major = Number(version.split('.')[0]);
export const hasContextUpdate = major >= 2;
export const rejectsConnect = major >= 3;

export const functions = ['lookup_order', 'weather'].map((name) => ({
  name,
  description: name,
  parameters: { type: 'OBJECT', properties: { id: { type: 'STRING' }, city: { type: 'STRING' } } },
}));
export const blocking = functions.map((declaration) => ({ ...declaration, behavior: 'BLOCKING' }));

export const makeClient = (options = {}) =>
  new GoogleGenAI({ apiKey: key, ...options, httpOptions: { baseUrl: url, ...options.httpOptions } });

/// Connects and waits for setupComplete, whatever the version does.
export async function open(config = {}, { client = makeClient(), name = model } = {}) {
  const inbox = new Inbox();
  const closed = [];
  const session = await client.live.connect({
    model: name,
    config: { responseModalities: ['AUDIO'], ...config },
    callbacks: {
      onmessage: (message) => inbox.push(message),
      onclose: (event) => closed.push({ code: event.code, reason: event.reason }),
      onerror: () => {},
    },
  });
  await inbox.until((message) => message.setupComplete, 'setupComplete');
  return { session, inbox, closed };
}

export const say = (session, text) =>
  session.sendClientContent({ turns: [{ role: 'user', parts: [{ text }] }], turnComplete: true });
export const turnEnd = (inbox) => inbox.until((message) => message.serverContent?.turnComplete, 'turnComplete');
export const toolCall = async (inbox) =>
  (await inbox.until((message) => message.toolCall, 'toolCall')).toolCall.functionCalls;
export const newHandle = async (inbox) => (await inbox.until(
  (message) => message.sessionResumptionUpdate?.newHandle, 'a handle')).sessionResumptionUpdate.newHandle;
export const contents = (messages) => messages.map((message) => message.serverContent).filter(Boolean);
/// What was said, as its transcript tells it.
export const spoken = (messages) => contents(messages)
  .map((content) => content.outputTranscription?.text ?? '').join('');
export const heard = (messages) => contents(messages)
  .map((content) => content.inputTranscription?.text ?? '').join('');
export const soundBytes = (messages) => contents(messages)
  .flatMap((content) => content.modelTurn?.parts ?? [])
  .reduce((sum, part) => sum + Buffer.from(part.inlineData?.data ?? '', 'base64').length, 0);

export async function useScript(yaml) {
  const answer = await fetch(`${url}/sim/script`, { method: 'POST', body: yaml });
  if (!answer.ok) throw new Error(await answer.text());
}
export const stats = async () => (await fetch(`${url}/sim/stats`)).json();
