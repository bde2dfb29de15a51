// What callers ask the offline voice, typed and spoken, and how an answer is known to hold its fact.
//
// GATEWAY_QUESTIONS   examples/questions.txt          GATEWAY_AUDIO   the folder of its recordings
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectEqual, silence } from './kit.mjs';

const rows = readFileSync(process.env.GATEWAY_QUESTIONS, 'utf8').split('\n')
  .filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));

/// One line of the questions: what is asked, the tool that knows, the words its answer must hold.
export function question(topic) {
  const [, text, tool, , fact] = rows.find((row) => row[0] === topic);
  return { topic, text, tool, fact };
}
export const cancellation = question('cancellation');
export const hours = question('hours');
export const services = question('services');

export const twoQuestions = `${hours.text} and ${cancellation.text}`;
/// Its answer takes longer to say than the voice runs ahead: there is something left to interrupt.
export const longQuestion = `${cancellation.text} and ${hours.text} and ${services.text}`;
export const orderQuestion = 'please look up the order for A7';
export const twoOwnQuestions = `what is the weather in Oslo and ${orderQuestion}`;
export const ourAndOwnQuestion = `${hours.text} and ${orderQuestion}`;

const wordsOf = (text) => text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
export function holds(text, { fact }) {
  const said = new Set(wordsOf(text));
  return wordsOf(fact).every((word) => said.has(word));
}
export function expectFact(text, asked) {
  expect(holds(text, asked), `'${asked.text}': no '${asked.fact}' in the answer '${text}'`);
}
/// Nothing that a client was sent may tell of the tools that the gateway runs by itself.
export function expectUnseen(events, tools) {
  const sent = JSON.stringify(events);
  expectEqual(tools.filter((tool) => sent.includes(`"${tool}"`)), [], 'tools of the gateway that were seen');
}

/// 16-bit samples of a mono WAV file, and their rate.
function readWav(path) {
  const file = readFileSync(path);
  const rate = file.readUInt32LE(24);
  let at = 12;
  while (file.toString('latin1', at, at + 4) !== 'data') at += 8 + file.readUInt32LE(at + 4);
  const bytes = file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
  return { rate, samples: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

/// To a higher rate, by a windowed sinc: what lies above the old band stays empty.
function resample({ rate, samples }, toRate) {
  const reach = 16;
  return Int16Array.from({ length: Math.floor((samples.length * toRate) / rate) }, (_, i) => {
    const place = (i * rate) / toRate;
    let sum = 0;
    for (let k = Math.ceil(place - reach); k <= place + reach; ++k) {
      const x = Math.PI * (place - k);
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      sum += (samples[k] ?? 0) * sinc * (0.5 + 0.5 * Math.cos(x / reach));
    }
    return Math.max(-32768, Math.min(32767, Math.round(sum)));
  });
}

/// The spoken question at 24 kHz, in pieces of 100 ms, and silence enough for its end to be noticed.
export function spokenPieces({ topic }) {
  const samples = resample(readWav(join(process.env.GATEWAY_AUDIO, `${topic}-slt-16k.wav`)), 24000);
  const pieces = [];
  for (let at = 0; at < samples.length; at += 2400) pieces.push(samples.slice(at, at + 2400));
  for (let i = 0; i < 10; ++i) pieces.push(silence(100));
  return pieces;
}
