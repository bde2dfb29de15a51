// OpenAI's own client against xAI's wire, as xAI's guide tells its users: no validation, everything passes through.
import { VERSION as version } from 'openai/version';
import { base64, check, expect, expectEqual, phrases, runChecks, server, silence, tone } from './kit.mjs';
import { answer, callsOf, connect, order, respond, say, weather } from './openai_kit.mjs';

const collapse = (types) => types.filter((type, i) => !(type.endsWith('.delta') && types[i - 1] === type));
const spoken = (done) => done.response.output.flatMap((item) => item.content ?? []).map((part) => part.transcript).join(' ');

async function open(session = {}) {
  const { rt, inbox } = connect({ model: server.model });
  const created = await inbox.type('session.created');
  rt.send({ type: 'session.update', session: { instructions: 'Be brief.', ...session } });
  const updated = await inbox.type('session.updated');
  return { rt, inbox, created, updated };
}

check('the session opens in the order that was recorded', async () => {
  const { rt, inbox, updated } = await open({ tools: [order] });

  expectEqual(inbox.types(), ['session.created', 'conversation.created', 'ping', 'session.updated'], 'order');
  expectEqual(updated.session.tools[0].function.name, 'lookup_order', 'nested tool');
  rt.close();
});

check('a tool round has the events of the recording, in its order', async () => {
  const { rt, inbox } = await open({ tools: [order, weather] });
  const from = inbox.mark();
  say(rt, `say One moment. and ${phrases.oneCall}`);
  respond(rt);
  const done = await inbox.type('response.done');
  const types = collapse(inbox.types(from));
  const call = callsOf(done)[0];
  expectEqual(types.filter((type) => !type.includes('audio')), [
    'conversation.item.added', 'response.created',
    'response.output_item.added', 'conversation.item.added', 'response.content_part.added',
    'response.content_part.done', 'response.output_item.done',
    'response.output_item.added', 'conversation.item.added', 'response.function_call_arguments.delta',
    'response.function_call_arguments.done', 'response.output_item.done', 'response.done',
  ], 'order');
  expectEqual([call.role, call.status, call.arguments], ['user', 'completed', '{"id":"A7"}'], 'call');

  answer(rt, call.call_id, '{"state":"shipped"}');
  respond(rt);

  const said = spoken(await inbox.type('response.done'));
  expect(said.includes('shipped'), `the answer is not told: ${said}`);
  expect(!inbox.types().includes('conversation.item.done'), 'xAI has no conversation.item.done');
  rt.close();
});

check('binary frames carry sound both ways once that is agreed', async () => {
  const { rt, inbox } = await open({
    turn_detection: { type: 'server_vad' },
    audio: {
      input: { format: { type: 'audio/pcm', rate: 24000 }, transport: 'binary' },
      output: { format: { type: 'audio/pcm', rate: 24000 }, transport: 'binary' },
    },
  });
  // The client takes every frame for JSON: what is none is its error, and ours to collect.
  let bytes = 0;
  rt.socket.on('message', (data, isBinary) => { if (isBinary) bytes += data.length; });
  const send = (samples) => rt.socket.send(Buffer.from(samples.buffer));
  for (let i = 0; i < 5; ++i) send(tone(100));
  for (let i = 0; i < 5; ++i) send(silence(100));

  await inbox.type('input_audio_buffer.speech_started');
  await inbox.type('response.done');

  expect(bytes > 0 && bytes % 2 === 0, `sound in binary frames: ${bytes} bytes`);
  expect(!inbox.types().includes('response.output_audio.delta'), 'sound as JSON as well');
  rt.close();
});

check('a forced message is spoken word for word without response.create', async () => {
  const { rt, inbox } = await open();
  rt.send({
    type: 'conversation.item.create',
    item: { type: 'force_message', role: 'assistant', content: [{ type: 'output_text', text: 'One moment, please.' }] },
  });

  const done = await inbox.type('response.done');

  expectEqual(spoken(done), 'One moment, please.', 'words');
  expectEqual(done.response.metadata, undefined, 'metadata');
  rt.close();
});

check('input audio is transcribed cumulatively, and completed more than once', async () => {
  const { rt, inbox } = await open({
    turn_detection: { type: 'server_vad', silence_duration_ms: 200 },
    audio: { input: { transcription: { model: 'grok-transcribe' } } },
  });
  const append = (samples) => rt.send({ type: 'input_audio_buffer.append', audio: base64(samples) });
  for (let i = 0; i < 10; ++i) append(tone(100));
  for (let i = 0; i < 10; ++i) append(silence(100));

  await inbox.type('response.done');

  const completed = inbox.all().filter((event) => event.type.endsWith('input_audio_transcription.completed'));
  expectEqual(completed.map((event) => event.status), ['in_progress', 'completed'], 'status');
  rt.close();
});

await runChecks(`openai ${version} with xAI`);
