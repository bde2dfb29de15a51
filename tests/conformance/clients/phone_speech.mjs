// The simulated mouths over their vendors' clients. ElevenLabs publishes none for its WebSockets.
import { createRequire } from 'node:module';
import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import OpenAI from 'openai';
import { check, expect, expectEqual, waitFor } from './kit.mjs';
import { key, stats, urls, useScript } from './phone_kit.mjs';

// Its module build takes the platform's WebSocket, which knows no headers; this one takes `ws`.
const Cartesia = createRequire(import.meta.url)('@cartesia/cartesia-js');
const openai = new OpenAI({ apiKey: key, baseURL: `${urls.speech}/v1`, maxRetries: 0 });
const voice = { mode: 'id', id: 'a0e99841-438c-4a64-b679-ae501e7d6091' };
const format = { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 };

async function connectCartesia(yaml) {
  await useScript(urls.speechTls, yaml);
  const client = new Cartesia({ apiKey: key, baseURL: urls.speechTls });
  return client.tts.websocket({ rejectUnauthorized: false });
}
const context = (socket, more = {}) => socket.context({ model_id: 'sonic-3', voice, output_format: format, timeout: 5000, ...more });

check('cartesia: text in pieces, flushed, with words and their times', async () => {
  const socket = await connectCartesia('voice: {pace_ms: 10}\n');
  const talk = context(socket, { add_timestamps: true });
  await talk.push({ transcript: 'We are open ' });
  await talk.push({ transcript: 'until six. ', flush: true });
  await talk.no_more_inputs();
  const types = {};
  const words = [];
  for await (const event of talk.receive()) {
    types[event.type] = (types[event.type] ?? 0) + 1;
    if (event.type === 'timestamps') words.push(...event.word_timestamps.words);
  }
  expect(types.chunk >= 8, `${types.chunk} chunks`);
  expectEqual([types.flush_done, types.done], [1, 1], 'flush_done and done');
  expectEqual(words, ['We', 'are', 'open', 'until', 'six.'], 'words');
  socket.close();
});

check('cartesia: a cancelled context ends, another goes on', async () => {
  const socket = await connectCartesia('voice: {pace_ms: 50}\n');
  const cancelled = context(socket);
  const other = context(socket);
  await cancelled.push({ transcript: 'Nobody wants this long sentence any more. ' });
  await other.push({ transcript: 'But this one. ' });
  await other.no_more_inputs();
  await cancelled.cancel();
  let chunks = 0;
  for await (const event of other.receive()) chunks += event.type === 'chunk' ? 1 : 0;
  expect(chunks >= 4, `${chunks} chunks`);
  expectEqual((await stats(urls.speechTls)).cancels, 1, 'cancels');
  socket.close();
});

check('elevenlabs: a text over HTTP, as mu-law', async () => {
  await useScript(urls.speech, 'voice: {first_byte_ms: 100}\n');
  const client = new ElevenLabsClient({ apiKey: key, baseUrl: urls.speech, environment: urls.speech });
  const stream = await client.textToSpeech.stream('voice', { text: 'Hello there.', modelId: 'eleven_flash_v2_5', outputFormat: 'ulaw_8000' });
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  expectEqual(bytes, 4 * 1600, 'bytes');
});

check('openai: speech comes as it is made', async () => {
  await useScript(urls.speech, 'voice: {first_byte_ms: 200, pace_ms: 100}\n');
  const begun = Date.now();
  const response = await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello there, you.', response_format: 'pcm' });
  let first;
  let bytes = 0;
  for await (const chunk of response.body) {
    first ??= Date.now() - begun;
    bytes += chunk.length;
  }
  expect(first >= 190 && Date.now() - begun - first >= 400, `first byte at ${first} of ${Date.now() - begun} ms`);
  expectEqual(bytes, 6 * 9600, 'bytes');
});

check('openai: one that is left is noticed, one breaks off, one fails', async () => {
  const create = (more = {}) => openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello there, you. '.repeat(20), response_format: 'pcm' }, more);
  await useScript(urls.speech, 'voice: {pace_ms: 100}\n');
  const before = (await stats(urls.speech)).left_streams ?? 0;
  const abort = new AbortController();
  const left = await create({ signal: abort.signal });
  for await (const chunk of left.body) if (chunk.length > 0) break;
  abort.abort();
  await waitFor(async () => ((await stats(urls.speech)).left_streams ?? 0) > before, 'the stream that was left');

  await useScript(urls.speech, 'voice: {cut: {after_pieces: 2, manner: eof}}\n');
  let broken;
  try { for await (const chunk of (await create()).body) broken = chunk && undefined; } catch (error) { broken = error; }
  expect(broken, 'a body that broke off passed for whole');

  await useScript(urls.speech, 'voice: {fail: {nth: 1, message: out of breath}}\n');
  const failed = await create().catch((error) => error);
  expectEqual([failed.status, failed.message.includes('out of breath')], [500, true], 'failure');
});
