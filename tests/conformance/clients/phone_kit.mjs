// The simulators of a phone call over the clients that their vendors publish.
//
// DEEPGRAM_URL, SPEECH_URL, CHAT_URL   http://HOST:PORT of those simulators    SPEECH_TLS_URL   https://… of a second speech
// SIM   callosum-sim itself: calls are placed by it
import { readFileSync } from 'node:fs';
import { expect } from './kit.mjs';

export const urls = {
  deepgram: process.env.DEEPGRAM_URL ?? '', speech: process.env.SPEECH_URL ?? '',
  speechTls: process.env.SPEECH_TLS_URL ?? '', chat: process.env.CHAT_URL ?? '',
};
export const simBinary = process.env.SIM ?? '';
export const key = 'test-key';
const versionOf = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
export const titleOf = (...names) => names.map((name) => `${name} ${versionOf(name)}`).join(', ');

export async function useScript(url, yaml) {
  const response = await fetch(`${url}/sim/script`, { method: 'POST', body: yaml });
  expect(response.ok, `the script was refused: ${await response.text()}`);
}
export const stats = async (url) => (await fetch(`${url}/sim/stats`)).json();

const decode = (byte) => {
  const inverted = ~byte & 0xff;
  const value = ((((inverted & 15) << 3) + 132) << ((inverted & 0x70) >> 4)) - 132;
  return inverted & 0x80 ? -value : value;
};
export const isAudible = (ulaw) => ulaw.some((byte) => Math.abs(decode(byte)) > 1000);
/// A square wave that a telephone can hear, and nothing.
export const loud = (ms) => Buffer.from(Array.from({ length: ms * 8 }, (_, i) => (i % 20 < 10 ? 0x20 : 0xa0)));
export const hush = (ms) => Buffer.alloc(ms * 8, 0xff);
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
