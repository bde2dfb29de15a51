// The simulated Deepgram over its own SDK.
import { DeepgramClient } from '@deepgram/sdk';
import { check, expect, expectEqual, Inbox } from './kit.mjs';
import { hush, key, loud, stats, urls, useScript } from './phone_kit.mjs';

const ws = urls.deepgram.replace(/^http/, 'ws');
const client = new DeepgramClient({
  apiKey: key, environment: { base: urls.deepgram, production: ws, agent: ws, agentRest: urls.deepgram },
});
const live = { model: 'nova-3', encoding: 'mulaw', sample_rate: 8000, Authorization: `Token ${key}`, reconnectAttempts: 0 };

/// Connects, and gathers what comes.
async function open(connecting) {
  const socket = await connecting;
  const inbox = new Inbox();
  socket.on('message', (message) => inbox.push(message));
  socket.on('close', (event) => inbox.push({ type: 'closed', code: event.code, reason: event.reason }));
  socket.on('error', () => {});
  socket.connect();
  await socket.waitForOpen();
  return { socket, inbox };
}
function say(socket, ...sounds) {
  for (const sound of sounds) {
    for (let at = 0; at < sound.length; at += 800) socket.sendMedia(sound.subarray(at, at + 800));
  }
}
const transcript = (message) => message.channel.alternatives[0].transcript;

check('live: partials, the end of speech, the end of an utterance, finalize, close', async () => {
  await useScript(urls.deepgram, 'utterances: [are you open today, and on sunday]\n');
  const { socket, inbox } = await open(client.listen.v1.connect({
    ...live, interim_results: 'true', vad_events: 'true', endpointing: 300, utterance_end_ms: 1000,
  }));
  say(socket, hush(200), loud(900), hush(1500));
  await inbox.type('SpeechStarted');
  const partial = await inbox.until((one) => one.type === 'Results' && !one.is_final, 'partial');
  expectEqual(transcript(partial), 'are you', 'partial');
  const end = await inbox.until((one) => one.speech_final, 'speech_final');
  expectEqual([transcript(end), end.is_final, end.channel.alternatives[0].words.length], ['are you open today', true, 4], 'end');
  await inbox.type('UtteranceEnd');
  socket.sendKeepAlive({ type: 'KeepAlive' });
  say(socket, loud(400));
  socket.sendFinalize({ type: 'Finalize' });
  const flushed = await inbox.until((one) => one.from_finalize, 'from_finalize');
  expect(transcript(flushed).startsWith('and'), `flushed: ${transcript(flushed)}`);
  socket.sendCloseStream({ type: 'CloseStream' });
  const metadata = await inbox.type('Metadata');
  expect(metadata.duration > 2.9, `duration ${metadata.duration}`);
  expectEqual((await inbox.type('closed')).code, 1000, 'close');
  socket.close();
});

check('flux: a turn with an early end, configured, forced, closed', async () => {
  await useScript(urls.deepgram, 'utterances: [{text: on wednesday no wait thursday, early_text: on wednesday}, yes]\n');
  const { socket, inbox } = await open(client.listen.v2.connect({
    model: 'flux-general-en', encoding: 'mulaw', sample_rate: 8000, eager_eot_threshold: 0.4, Authorization: `Token ${key}`, reconnectAttempts: 0,
  }));
  await inbox.type('Connected');
  socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.8 }, keyterms: ['Vance'] });
  expectEqual((await inbox.type('ConfigureSuccess')).keyterms, ['Vance'], 'keyterms');
  say(socket, loud(600), hush(1500));
  const turn = async (event) => (await inbox.until((one) => one.event === event, event)).transcript;
  expect((await turn('StartOfTurn')).startsWith('on'), 'StartOfTurn');
  expectEqual(await turn('EagerEndOfTurn'), 'on wednesday', 'EagerEndOfTurn');
  await turn('TurnResumed');
  expectEqual(await turn('EndOfTurn'), 'on wednesday no wait thursday', 'EndOfTurn');
  say(socket, loud(200));
  await turn('StartOfTurn');
  socket.sendForceEndTurn({ type: 'ForceEndTurn' });
  const forced = await inbox.until((one) => one.event === 'EndOfTurn', 'EndOfTurn');
  expectEqual([forced.trigger, forced.turn_index], ['manual', 1], 'forced');
  const numbers = inbox.all().filter((one) => one.sequence_id !== undefined).map((one) => one.sequence_id);
  expect(numbers.every((number, i) => number === i), 'sequence_id has gaps');
  socket.sendCloseStream({ type: 'CloseStream' });
  expectEqual((await inbox.type('closed')).code, 1000, 'close');
  socket.close();
});

check('aura: sound before Flushed, nothing behind Cleared', async () => {
  await useScript(urls.deepgram, 'voice: {pace_ms: 20}\n');
  const { socket, inbox } = await open(client.speak.v1.connect({
    model: 'aura-2-thalia-en', encoding: 'mulaw', sample_rate: 8000, Authorization: `Token ${key}`, reconnectAttempts: 0,
  }));
  await inbox.type('Metadata');
  socket.sendText({ type: 'Speak', text: 'We are open until six.' });
  socket.sendFlush({ type: 'Flush' });
  const flushed = await inbox.type('Flushed');
  expectEqual(flushed.sequence_id, 0, 'sequence_id');
  const sounds = inbox.all().filter((one) => !one.type).length;
  expect(sounds >= 8, `${sounds} frames of sound`);
  socket.sendText({ type: 'Speak', text: 'And this is not wanted any more by anybody.' });
  socket.sendFlush({ type: 'Flush' });
  socket.sendClear({ type: 'Clear' });
  await inbox.type('Cleared');
  const behind = inbox.mark();
  socket.sendClose({ type: 'Close' });
  expectEqual((await inbox.type('closed')).code, 1000, 'close');
  expectEqual(inbox.types(behind), ['closed'], 'behind Cleared');
  socket.close();
});

check('a connection that dies in the middle says why', async () => {
  await useScript(urls.deepgram, 'cuts: [{at_ms: 300, manner: close, code: 1011, reason: NET-0000}]\n');
  const { socket, inbox } = await open(client.listen.v1.connect(live));
  say(socket, hush(400));
  const closed = await inbox.type('closed');
  expectEqual([closed.code, closed.reason], [1011, 'NET-0000'], 'close');
  socket.close();
  expect((await stats(urls.deepgram)).cuts >= 1, 'the cut was not counted');
});
