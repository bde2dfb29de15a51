// OpenAI's own client: OpenAIRealtimeWS, its browser twin, and the REST call for client secrets.
import OpenAI from 'openai';
import { VERSION as version } from 'openai/version';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import {
  Inbox, base64, check, expect, expectEqual, httpBase, httpsBase, isBare, phrases, runChecks, server,
  silence, tone,
} from './kit.mjs';
import { answer, callsOf, connect, open, order, respond, say, textOf, weather } from './openai_kit.mjs';

/// Runs of equal deltas count once.
const collapse = (types) => types.filter((type, i) => !(type.endsWith('.delta') && types[i - 1] === type));

check('a text turn has the events of the protocol, in its order', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'] });
  const from = inbox.mark();
  say(rt, phrases.hello);
  respond(rt);

  const done = await inbox.type('response.done');

  expectEqual(collapse(inbox.types(from)).filter((type) => type !== 'rate_limits.updated'), [
    'conversation.item.added', 'conversation.item.done', 'response.created',
    'response.output_item.added', 'conversation.item.added', 'response.content_part.added',
    'response.output_text.delta', 'response.output_text.done', 'response.content_part.done',
    'conversation.item.done', 'response.output_item.done', 'response.done',
  ], 'order');
  expectEqual(done.response.status, 'completed', 'status');
  if (isBare) expectEqual(textOf(done), `You said: ${phrases.hello}`, 'text');
  const deltas = inbox.all(from).filter((e) => e.type === 'response.output_text.delta');
  expectEqual(deltas.map((e) => e.delta).join(''), textOf(done), 'deltas');
  rt.close();
});

check('an audio turn carries whole samples and a transcript', async () => {
  const { rt, inbox } = await open({ output_modalities: ['audio'] });
  const from = inbox.mark();
  say(rt, phrases.hello);
  respond(rt);

  const done = await inbox.type('response.done');

  const audio = inbox.all(from).filter((e) => e.type === 'response.output_audio.delta');
  expect(audio.length > 0, 'no audio');
  for (const event of audio) {
    expect(Buffer.from(event.delta, 'base64').length % 2 === 0, 'half a sample');
  }
  const words = inbox.all(from).filter((e) => e.type === 'response.output_audio_transcript.delta');
  expectEqual(words.map((e) => e.delta).join(''), textOf(done), 'transcript');
  rt.close();
});

check('spoken audio is heard, committed and answered', async () => {
  const { rt, inbox } = await open({
    output_modalities: ['audio'],
    audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 200 } } },
  });
  const send = (samples) => rt.send({ type: 'input_audio_buffer.append', audio: base64(samples) });
  for (let i = 0; i < 10; ++i) send(tone(100));
  for (let i = 0; i < 10; ++i) send(silence(100));

  const started = await inbox.type('input_audio_buffer.speech_started');
  const stopped = await inbox.type('input_audio_buffer.speech_stopped');
  const committed = await inbox.type('input_audio_buffer.committed');
  const done = await inbox.type('response.done');

  expectEqual([stopped.item_id, committed.item_id], [started.item_id, started.item_id], 'item ids');
  expect(stopped.audio_end_ms > started.audio_start_ms, 'speech ends before it starts');
  expectEqual(done.response.status, 'completed', 'status');
  rt.close();
});

check('a call of the client\'s own tool goes round', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
  const from = inbox.mark();
  say(rt, phrases.oneCall);
  respond(rt);
  const done = await inbox.type('response.done');
  const [call] = callsOf(done);
  expectEqual([call.name, call.arguments, call.status], ['lookup_order', '{"id":"A7"}', 'completed'], 'call');
  const types = collapse(inbox.types(from)).slice(2).filter((type) => type !== 'rate_limits.updated');
  expectEqual(types, [
    'response.created', 'response.output_item.added', 'conversation.item.added',
    'response.function_call_arguments.delta', 'response.function_call_arguments.done',
    'conversation.item.done', 'response.output_item.done', 'response.done',
  ], 'order');

  answer(rt, call.call_id, '{"state":"shipped"}');
  respond(rt);

  const said = await inbox.type('response.done');
  expect(textOf(said).includes('shipped'), `the answer is not told: ${textOf(said)}`);
  rt.close();
});

check('two parallel calls of one response are answered together', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order, weather] });
  say(rt, phrases.twoCalls);
  respond(rt);
  const calls = callsOf(await inbox.type('response.done'));
  expectEqual(calls.map((call) => call.name), ['lookup_order', 'weather'], 'calls');
  expect(calls[0].call_id !== calls[1].call_id, 'equal call ids');

  answer(rt, calls[1].call_id, 'rain');
  answer(rt, calls[0].call_id, 'shipped');
  respond(rt);

  const said = textOf(await inbox.type('response.done'));
  expect(said.includes('rain') && said.includes('shipped'), `not both are told: ${said}`);
  rt.close();
});

check('response.cancel interrupts a reply', async () => {
  const { rt, inbox } = await open({ output_modalities: ['audio'] });
  say(rt, phrases.slowly);
  respond(rt);
  await inbox.type('response.output_audio.delta');

  rt.send({ type: 'response.cancel' });

  const done = await inbox.type('response.done');
  expectEqual(done.response.status, 'cancelled', 'status');
  expectEqual(done.response.status_details?.reason, 'client_cancelled', 'reason');
  say(rt, phrases.hello);
  respond(rt);
  expectEqual((await inbox.type('response.done')).response.status, 'completed', 'the next turn');
  rt.close();
});

check('speech interrupts a reply', async () => {
  const { rt, inbox } = await open({
    output_modalities: ['audio'],
    audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 200 } } },
  });
  say(rt, phrases.slowly);
  respond(rt);
  const delta = await inbox.type('response.output_audio.delta');

  for (let i = 0; i < 5; ++i) {
    rt.send({ type: 'input_audio_buffer.append', audio: base64(tone(100)) });
  }

  await inbox.type('input_audio_buffer.speech_started');
  const done = await inbox.type('response.done');
  expectEqual(done.response.status, 'cancelled', 'status');
  rt.send({
    type: 'conversation.item.truncate', item_id: delta.item_id, content_index: 0, audio_end_ms: 100,
  });
  expectEqual((await inbox.type('conversation.item.truncated')).audio_end_ms, 100, 'truncated');
  rt.close();
});

check('metadata comes back in response.created and response.done', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'] });
  say(rt, phrases.hello);
  respond(rt, { metadata: { client_event_id: 'mine-1' } });

  const created = await inbox.type('response.created');
  const done = await inbox.type('response.done');

  expectEqual(created.response.metadata, { client_event_id: 'mine-1' }, 'created');
  expectEqual(done.response.metadata, { client_event_id: 'mine-1' }, 'done');
  rt.close();
});

check('mistakes are answered with errors and the session goes on', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'] });
  rt.send({ type: 'response.cancel', event_id: 'c1' });
  const cancel = await inbox.type('error');
  expectEqual([cancel.error.code, cancel.error.event_id], ['response_cancel_not_active', 'c1'], 'cancel');
  rt.send({ type: 'session.update', session: { instructions: 'no type' } });
  const update = await inbox.type('error');
  expectEqual([update.error.code, update.error.param], ['missing_required_parameter', 'session.type'], 'update');
  rt.send({ type: 'no.such.event' });
  const unknown = await inbox.type('error');
  expectEqual([unknown.error.code, unknown.error.param], ['invalid_value', 'type'], 'unknown');

  say(rt, phrases.hello);
  respond(rt);

  expectEqual((await inbox.type('response.done')).response.status, 'completed', 'status');
  rt.close();
});

check('a client secret opens a socket as browsers do, by subprotocol', async () => {
  const rest = new OpenAI({ apiKey: server.key, baseURL: server.wss ? httpsBase : httpBase });
  const secret = await rest.realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds: 60 },
    session: { type: 'realtime', model: server.model, output_modalities: ['text'] },
  });
  expect(secret.value.startsWith('ek_'), `not a secret: ${secret.value}`);
  expectEqual(secret.session.output_modalities, ['text'], 'session of the secret');
  if (!server.wss || typeof WebSocket === 'undefined') return;
  const client = new OpenAI({ apiKey: secret.value, baseURL: httpsBase, dangerouslyAllowBrowser: true });
  const rt = new OpenAIRealtimeWebSocket({ model: server.model, dangerouslyAllowBrowser: true }, client);
  const inbox = new Inbox();
  rt.on('event', (event) => inbox.push(event));
  rt.on('error', () => {});

  const created = await inbox.type('session.created');

  expectEqual(created.session.output_modalities, ['text'], 'session of the socket');
  rt.close();
});

if (isBare) {
  check('a second response.create names the response that runs', async () => {
    const { rt, inbox } = await open({ output_modalities: ['audio'] });
    say(rt, phrases.slowly);
    respond(rt);
    const created = await inbox.type('response.created');

    respond(rt);

    const { error } = await inbox.type('error');
    expectEqual(error.code, 'conversation_already_has_active_response', 'code');
    expect(error.message.includes(created.response.id), `no id in: ${error.message}`);
    rt.close();
  });

  check('a bad key is told behind the upgrade and closes with 3000', async () => {
    const { rt, inbox } = connect({ model: server.model }, 'wrong');
    const closed = new Promise((resolve) => {
      rt.socket.on('close', (code, reason) => resolve([code, reason.toString()]));
    });

    const { error } = await inbox.type('error');

    expectEqual(error.code, 'invalid_api_key', 'code');
    expectEqual(await closed, [3000, 'invalid_request_error.invalid_api_key'], 'close');
  });

  if (Number(version.split('.')[0]) >= 7) {
    check('a transcription session hears and never answers', async () => {
      const { rt, inbox } = connect({ intent: 'transcription' });
      const created = await inbox.type('session.created');
      expectEqual(created.session.type, 'transcription', 'type');
      for (let i = 0; i < 5; ++i) {
        rt.send({ type: 'input_audio_buffer.append', audio: base64(tone(100)) });
      }
      for (let i = 0; i < 5; ++i) {
        rt.send({ type: 'input_audio_buffer.append', audio: base64(silence(100)) });
      }

      const heard = await inbox.type('conversation.item.input_audio_transcription.completed');

      expect(heard.transcript.length > 0, 'nothing heard');
      expect(!inbox.types().includes('response.created'), 'it answered');
      rt.close();
    });
  }
} else {
  check('the server\'s own tool runs unseen', async () => {
    const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
    const from = inbox.mark();
    say(rt, phrases.ownCall);
    respond(rt);

    await inbox.until((event) => event.type === 'response.done' && textOf(event).includes(server.ownFact),
      'reply with the fact');

    expect(!JSON.stringify(inbox.all(from)).includes(`"name":"${server.ownTool}`), 'the call was seen');
    rt.close();
  });

  check('the server\'s tool runs beside the client\'s own', async () => {
    const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
    say(rt, phrases.ownAndClientCall);
    respond(rt);
    const calls = callsOf(await inbox.type('response.done'));
    expectEqual(calls.map((call) => call.name), ['lookup_order'], 'calls');

    answer(rt, calls[0].call_id, 'shipped');
    respond(rt);

    await inbox.until((event) => event.type === 'response.done' && textOf(event).includes('shipped'),
      'reply with the client\'s answer');
    rt.close();
  });
}

await runChecks(`openai ${version}`);
