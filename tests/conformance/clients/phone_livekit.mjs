// Ears and mouths as LiveKit's plugins drive them: the only published client of ElevenLabs' WebSocket, and a second
// opinion on Deepgram's.
import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import * as elevenlabs from '@livekit/agents-plugin-elevenlabs';
import { check, expect, expectEqual, runChecks, silence, tone } from './kit.mjs';
import { key, stats, titleOf, urls, useScript } from './phone_kit.mjs';

initializeLogger({ pretty: false, level: 'silent' });
const ws = urls.deepgram.replace(/^http/, 'ws');

/// Says a text and gathers the sound; how many samples.
async function speak(voice, text) {
  const stream = voice.stream();
  stream.pushText(text);
  stream.flush();
  stream.endInput();
  let samples = 0;
  for await (const audio of stream) {
    if (typeof audio === 'symbol') break;
    samples += audio.frame.samplesPerChannel;
  }
  stream.close();
  return samples;
}

/// What its events tell of the sounds, as `TYPE text`, until `isLast`.
async function listen(ears, sounds, isLast) {
  const stream = ears.stream();
  const rate = 16000;
  for (const sound of sounds) {
    for (let at = 0; at < sound.length; at += 320) {
      const frame = sound.subarray(at, at + 320);
      stream.pushFrame(new AudioFrame(frame, rate, 1, frame.length));
    }
  }
  const told = [];
  for await (const event of stream) {
    told.push({ type: event.type, text: event.alternatives?.[0]?.text ?? '' });
    if (isLast(told)) break;
  }
  stream.close();
  return told;
}
const sounds = [silence(200, 16000), tone(900, 16000), silence(2000, 16000)];

check('elevenlabs: a text by multi-stream-input, and its context is closed', async () => {
  await fetch(`${urls.speech}/sim/reset`, { method: 'POST' });
  await useScript(urls.speech, 'voice: {first_byte_ms: 50, pace_ms: 10}\n');
  const voice = new elevenlabs.TTS({
    apiKey: key, baseURL: `${urls.speech}/v1`, voiceId: 'voice', model: 'eleven_flash_v2_5', encoding: 'pcm_16000',
  });
  const samples = await speak(voice, 'We are open until six today. And on Sunday we are closed.');
  await voice.close();

  expect(samples >= 16000 * 3, `${samples} samples`);
  const { contexts, closed_contexts: closed, said, texts_for_closed: late } = await stats(urls.speech);
  expectEqual([contexts, closed, late ?? 0], [1, 1, 0], 'contexts');
  expectEqual(said.filter((one) => one.context).map((one) => one.text).join('').trim(),
    'We are open until six today. And on Sunday we are closed.', 'what was said');
});

check('elevenlabs: the same with the other names of its fields', async () => {
  await useScript(urls.speech, 'other_names: true\n');
  const voice = new elevenlabs.TTS({
    apiKey: key, baseURL: `${urls.speech}/v1`, voiceId: 'voice', model: 'eleven_flash_v2_5', encoding: 'pcm_16000',
  });
  expect(await speak(voice, 'Hello there.') > 0, 'no sound');
  await voice.close();
});

check('deepgram: live ears', async () => {
  await useScript(urls.deepgram, 'utterances: [are you open today]\n');
  const ears = new deepgram.STT({ apiKey: key, baseUrl: ws, model: 'nova-3', sampleRate: 16000, interimResults: true });
  const told = await listen(ears, sounds, (all) => all.some((one) => one.text === 'are you open today'));
  expect(told.some((one) => one.text === 'are you'), `no partial: ${JSON.stringify(told)}`);
});

check('deepgram: flux', async () => {
  await useScript(urls.deepgram, 'utterances: [are you open today]\n');
  const ears = new deepgram.STTv2({ apiKey: key, endpointUrl: `${ws}/v2/listen`, model: 'flux-general-en', sampleRate: 16000 });
  const told = await listen(ears, sounds, (all) => all.some((one) => one.text === 'are you open today'));
  expectEqual(told.at(-1).text, 'are you open today', 'the turn');
});

check('deepgram: aura', async () => {
  await useScript(urls.deepgram, 'voice: {pace_ms: 10}\n');
  const voice = new deepgram.TTS({ apiKey: key, baseUrl: urls.deepgram, encoding: 'linear16', sampleRate: 24000 });
  const samples = await speak(voice, 'We are open until six today.');
  expect(samples >= 24000, `${samples} samples`);
});

await runChecks(titleOf('@livekit/agents-plugin-elevenlabs', '@livekit/agents-plugin-deepgram'));
