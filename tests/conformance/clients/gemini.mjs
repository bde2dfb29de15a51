// Google's own client against `callosum-sim gemini`: every kind of message that a voice gateway meets.
import { Modality } from '@google/genai';
import { base64, check, expect, expectEqual, runChecks, silence, tone, waitFor } from './kit.mjs';
import {
  blocking, functions, hasContextUpdate, heard, key, makeClient, model, newHandle, open, rejectsConnect,
  say, soundBytes, spoken, stats, toolCall, turnEnd, url, useScript, version,
} from './gemini_kit.mjs';

const transcripts = { inputAudioTranscription: {}, outputAudioTranscription: {} };
const speak = (session, ms, rate = 16000) => {
  const send = (samples) =>
    session.sendRealtimeInput({ audio: { data: base64(samples), mimeType: `audio/pcm;rate=${rate}` } });
  for (let at = 0; at < ms; at += 100) send(tone(100, rate));
  for (let i = 0; i < 5; ++i) send(silence(100, rate));
};

check('a text turn is answered in sound, with transcript and usage', async () => {
  const { session, inbox } = await open(transcripts);
  say(session, 'good morning');

  const end = await turnEnd(inbox);

  expectEqual(spoken(inbox.all()), 'You said: good morning', 'transcript');
  expect(soundBytes(inbox.all()) >= 24000, 'less than half a second of sound');
  expect(inbox.all().some((message) => message.serverContent?.generationComplete), 'no generationComplete');
  expect(end.usageMetadata.responseTokenCount > 0, 'no usage');
  session.close();
});

check('an audio turn is heard, transcribed and answered', async () => {
  await useScript('transcripts: [what time is it]');
  for (const rate of [16000, 8000, 24000]) {
    const { session, inbox } = await open(transcripts);
    speak(session, 500, rate);

    await turnEnd(inbox);

    expectEqual(heard(inbox.all()), 'what time is it', `heard at ${rate} Hz`);
    expectEqual(spoken(inbox.all()), 'You said: what time is it', 'transcript');
    session.close();
  }
  await useScript('');
});

check('parallel calls are answered together', async () => {
  const { session, inbox } = await open({ ...transcripts, tools: [{ functionDeclarations: blocking }] });
  say(session, 'call lookup_order {"id":"A7"} and call weather city=Oslo');
  const calls = await toolCall(inbox);
  expectEqual(calls.map(({ name, args }) => [name, args]),
    [['lookup_order', { id: 'A7' }], ['weather', { city: 'Oslo' }]], 'calls');

  session.sendToolResponse({
    functionResponses: calls.map(({ id, name }) => ({ id, name, response: { output: `did ${name}` } })),
  });
  await turnEnd(inbox);

  expectEqual(spoken(inbox.all()), 'Tool said: did lookup_order | did weather', 'transcript');
  session.close();
});

check('calls that do not block are answered in turns of their own', async () => {
  const { session, inbox } = await open({ ...transcripts, tools: [{ functionDeclarations: functions }] });
  say(session, 'call weather city=Oslo');
  const [call] = await toolCall(inbox);
  await turnEnd(inbox);
  const from = inbox.mark();

  session.sendToolResponse({
    functionResponses: [{ id: call.id, name: call.name, response: { output: 'rain' }, scheduling: 'WHEN_IDLE' }],
  });
  await turnEnd(inbox);

  expectEqual(spoken(inbox.all(from)), 'Tool said: rain', 'transcript');
  session.close();
});

check('speech interrupts the model and cancels its calls', async () => {
  const { session, inbox } = await open({ ...transcripts, tools: [{ functionDeclarations: blocking }] });
  say(session, 'please talk slowly');
  await inbox.until((message) => message.serverContent?.modelTurn, 'sound');
  speak(session, 200);
  await inbox.until((message) => message.serverContent?.interrupted, 'interrupted');
  await turnEnd(inbox);
  await turnEnd(inbox);

  say(session, 'call weather city=Oslo');
  const [call] = await toolCall(inbox);
  speak(session, 200);
  const { toolCallCancellation } = await inbox.until((message) => message.toolCallCancellation, 'cancellation');

  expectEqual(toolCallCancellation.ids, [call.id], 'cancelled');
  await inbox.until((message) => message.serverContent?.interrupted, 'interrupted');
  session.close();
});

check('the client says itself when its user speaks', async () => {
  const { session, inbox } = await open({
    ...transcripts, realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
  });
  session.sendRealtimeInput({ activityStart: {} });
  session.sendRealtimeInput({ audio: { data: base64(tone(200, 16000)), mimeType: 'audio/pcm;rate=16000' } });
  session.sendRealtimeInput({ activityEnd: {} });

  await turnEnd(inbox);

  expectEqual(spoken(inbox.all()), 'You said: 200 ms of sound', 'transcript');
  session.close();
});

check('text, images, old media and the end of a stream are taken', async () => {
  const { session, inbox } = await open(transcripts);
  session.sendRealtimeInput({ video: { data: 'AAAA', mimeType: 'image/jpeg' } });
  session.sendRealtimeInput({ media: { data: base64(tone(300, 16000)), mimeType: 'audio/pcm;rate=16000' } });
  session.sendRealtimeInput({ audioStreamEnd: true });
  await turnEnd(inbox);
  session.sendRealtimeInput({ text: 'and now' });
  await turnEnd(inbox);

  expect(spoken(inbox.all()).endsWith('You said: and now'), spoken(inbox.all()));
  session.close();
});

if (hasContextUpdate) {
  check('tools and instructions change in the session', async () => {
    const { session, inbox, closed } = await open({ ...transcripts, tools: [{ functionDeclarations: functions }] });
    await useScript('');
    session.sendContextUpdate({
      tools: { tools: [{ functionDeclarations: [{ name: 'get_booking', description: 'b', behavior: 'BLOCKING' }] }] },
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
    });
    say(session, 'is there a booking');
    expectEqual((await toolCall(inbox)).map((call) => call.name), ['get_booking'], 'calls');

    session.sendContextUpdate({ tools: { tools: [] } });

    const empty = async () => Object.values((await stats()).sessions).some(
      (one) => one.tools?.length === 0 && one.instructions === 'Be brief.');
    await waitFor(empty, 'a session without tools');
    expectEqual(closed, [], 'closed');
    session.close();
  });

  check('a server without contextUpdate closes with 1007', async () => {
    await useScript('refuse_context_update: true');
    const { session, closed } = await open();

    session.sendContextUpdate({ tools: { tools: [] } });

    await waitFor(() => closed.length, 'a close');
    expectEqual(closed[0].code, 1007, 'code');
    expect(closed[0].reason.includes('Unknown name "contextUpdate"'), closed[0].reason);
    await useScript('');
  });
}

check('a session is resumed with other tools, and not with another model', async () => {
  const first = await open({ ...transcripts, sessionResumption: {} });
  say(first.session, 'my name is Ada');
  await turnEnd(first.inbox);
  const handle = await newHandle(first.inbox);
  first.session.close();
  await waitFor(async () => (await stats()).open_connections === 0, 'the end of the first');
  await useScript('rules: [{when: {history: Ada}, say: Hello Ada}]');

  const second = await open({
    ...transcripts, sessionResumption: { handle }, tools: [{ functionDeclarations: functions }],
  });
  say(second.session, 'who am I');
  await turnEnd(second.inbox);

  expectEqual(spoken(second.inbox.all()), 'Hello Ada', 'transcript');
  second.session.close();
  await waitFor(async () => (await stats()).open_connections === 0, 'the end of the second');
  await useScript('');
  const { reason } = await rejected({ sessionResumption: { handle } }, 'gemini-2.5-flash-native-audio-preview-12-2025');
  expect(reason.includes('invalid argument'), reason);
});

/// How a connection that the server refuses ends. 3.x rejects with the reason, 2.x waits for ever and 1.x connects:
/// both say it to `onclose`.
async function rejected(config, name, client = makeClient()) {
  const closed = [];
  const connecting = client.live.connect({
    model: name,
    config: { responseModalities: [Modality.AUDIO], ...config },
    callbacks: { onmessage: () => {}, onerror: () => {}, onclose: ({ code, reason }) => closed.push({ code, reason }) },
  });
  const failure = connecting.then(() => undefined, (error) => error);
  if (!rejectsConnect) {
    await waitFor(() => closed.length, 'a close');
    return closed[0];
  }
  const error = await failure;
  expect(error, 'connect resolved');
  const [, code, reason] = /\(code (\d+)\):? ?(.*)/s.exec(error.message) ?? [];
  return { code: Number(code), reason: reason ?? error.message };
}

check('an unknown model, an unknown field and a wrong key are refused', async () => {
  const unknown = await rejected({}, 'gemini-9-live');
  expectEqual(unknown.code, 1008, 'code');
  expect(unknown.reason.startsWith('models/gemini-9-live is not found for API version'), unknown.reason);

  const parameters = { type: 'OBJECT', properties: { a: { type: 'STRING', const: 'x' } } };
  const field = await rejected({ tools: [{ functionDeclarations: [{ name: 'a', parameters }] }] }, model);
  expectEqual(field.code, 1007, 'code');
  expect(field.reason.includes('Unknown name "const"'), field.reason);

  const stranger = await rejected({}, model, makeClient({ apiKey: 'wrong' }));
  expectEqual(stranger.code, 1008, 'code');
});

check('an ephemeral token opens one session, bound to its setup', async () => {
  const client = makeClient({ httpOptions: { apiVersion: 'v1alpha' } });
  const token = await client.authTokens.create({
    config: {
      uses: 1,
      liveConnectConstraints: { model, config: { responseModalities: ['AUDIO'], systemInstruction: 'Be brief.' } },
      lockAdditionalFields: [],
    },
  });
  expect(token.name.startsWith('auth_tokens/'), `no token: ${token.name}`);
  const bearer = makeClient({ apiKey: token.name, httpOptions: { apiVersion: 'v1alpha' } });

  const { session, inbox } = await open({ ...transcripts, systemInstruction: 'Talk.' }, { client: bearer });
  say(session, 'hello');
  await turnEnd(inbox);

  const bound = Object.values((await stats()).sessions).filter((one) => one.locked_setup);
  expectEqual(bound.map((one) => one.instructions), ['Be brief.'], 'instructions');
  expectEqual((await rejected({}, model, bearer)).code, 1008, 'code of a second use');
  session.close();
});

check('the warning before the end and the end arrive', async () => {
  await useScript('{connection_ms: 300, go_away_before_ms: 200}');
  const { inbox, closed } = await open();

  const { goAway } = await inbox.until((message) => message.goAway, 'goAway');
  await waitFor(() => closed.length, 'a close');

  expectEqual(goAway.timeLeft, '0.200s', 'time left');
  expectEqual(closed[0].code, 1001, 'code');
  await useScript('');
});

check('the cloud platform is spoken too', async () => {
  const client = makeClient({ vertexai: true });
  const { session, inbox } = await open(transcripts, { client });
  say(session, 'good morning');

  const end = await turnEnd(inbox);

  expectEqual(spoken(inbox.all()), 'You said: good morning', 'transcript');
  expect((end.usageMetadata.responseTokenCount ?? 0) > 0, `no usage: ${JSON.stringify(end)}`);
  session.close();
});

check('the default version of the API and text frames are fine', async () => {
  await useScript('{text_frames: true, setup_delay_ms: 50}');
  const { session, inbox } = await open(transcripts);
  say(session, 'good morning');
  await turnEnd(inbox);
  session.close();
  expect(key.length > 0, 'no key');
  await useScript('');
});

await fetch(`${url}/sim/reset`, { method: 'POST' });
await runChecks(`@google/genai ${version}`);
