// OpenAI's own client in a conversation with the offline voice.
import { VERSION as version } from 'openai/version';
import { base64, check, expect, expectEqual, runChecks } from './kit.mjs';
import {
  cancellation, expectFact, expectUnseen, hours, longQuestion, orderQuestion, ourAndOwnQuestion, services,
  spokenPieces, twoOwnQuestions, twoQuestions,
} from './offline_kit.mjs';
import { answer, callsOf, open, order, respond, say, textOf, weather } from './openai_kit.mjs';

const listening = {
  input: {
    transcription: { model: 'gpt-4o-mini-transcribe' },
    turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
  },
};
function speak(rt, question) {
  for (const piece of spokenPieces(question)) {
    rt.send({ type: 'input_audio_buffer.append', audio: base64(piece) });
  }
}
async function ask(rt, inbox, text) {
  say(rt, text);
  respond(rt);
  return inbox.type('response.done');
}

check('a typed question is answered from the business\'s own data', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
  const from = inbox.mark();

  const done = await ask(rt, inbox, cancellation.text);

  expectEqual(done.response.status, 'completed', 'status');
  expectFact(textOf(done), cancellation);
  expectEqual(inbox.types(from).filter((type) => type === 'response.created').length, 1, 'responses');
  expectUnseen(inbox.all(from), [cancellation.tool]);
  rt.close();
});

check('a spoken question is heard and answered aloud', async () => {
  const { rt, inbox } = await open({ output_modalities: ['audio'], audio: listening });
  const from = inbox.mark();

  speak(rt, cancellation);

  const heard = await inbox.type('conversation.item.input_audio_transcription.completed');
  const done = await inbox.type('response.done');
  expectEqual(heard.transcript, cancellation.text, 'heard');
  expectFact(textOf(done), cancellation);
  const bytes = inbox.all(from).filter((event) => event.type === 'response.output_audio.delta')
    .reduce((sum, event) => sum + Buffer.from(event.delta, 'base64').length, 0);
  expect(bytes > 2 * 24000, `less than a second of sound: ${bytes} bytes`);
  expectUnseen(inbox.all(from), [cancellation.tool]);
  rt.close();
});

check('two questions in one sentence are two calls and one answer', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'] });
  const from = inbox.mark();

  const done = await ask(rt, inbox, twoQuestions);

  expectFact(textOf(done), hours);
  expectFact(textOf(done), cancellation);
  expectUnseen(inbox.all(from), [hours.tool, cancellation.tool]);
  rt.close();
});

check('the client\'s own tool goes round', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
  const [call] = callsOf(await ask(rt, inbox, orderQuestion));
  expectEqual([call?.name, call?.arguments], ['lookup_order', '{"id":"A7"}'], 'call');

  answer(rt, call.call_id, 'shipped');
  respond(rt);

  const said = textOf(await inbox.type('response.done'));
  expect(said.includes('shipped'), `the answer is not told: ${said}`);
  rt.close();
});

check('two parallel calls of the client\'s tools are answered together', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order, weather] });
  const calls = callsOf(await ask(rt, inbox, twoOwnQuestions));
  expectEqual(calls.map((call) => [call.name, call.arguments]),
    [['weather', '{"city":"Oslo"}'], ['lookup_order', '{"id":"A7"}']], 'calls');

  answer(rt, calls[1].call_id, 'shipped');
  answer(rt, calls[0].call_id, 'rain');
  respond(rt);

  const said = textOf(await inbox.type('response.done'));
  expect(said.includes('rain') && said.includes('shipped'), `not both are told: ${said}`);
  rt.close();
});

check('the gateway\'s tool runs beside the client\'s own', async () => {
  const { rt, inbox } = await open({ output_modalities: ['text'], tools: [order] });
  const from = inbox.mark();
  const calls = callsOf(await ask(rt, inbox, ourAndOwnQuestion));
  expectEqual(calls.map((call) => call.name), ['lookup_order'], 'calls');

  answer(rt, calls[0].call_id, 'shipped');
  respond(rt);

  const said = textOf(await inbox.type('response.done'));
  expectFact(said, hours);
  expect(said.includes('shipped'), `the client's answer is not told: ${said}`);
  expectUnseen(inbox.all(from), [hours.tool]);
  rt.close();
});

check('response.cancel interrupts an answer, and the next question is answered', async () => {
  const { rt, inbox } = await open({ output_modalities: ['audio'] });
  say(rt, longQuestion);
  respond(rt);
  await inbox.type('response.output_audio.delta');

  rt.send({ type: 'response.cancel' });

  const done = await inbox.type('response.done');
  expectEqual([done.response.status, done.response.status_details?.reason],
    ['cancelled', 'client_cancelled'], 'status');
  expectEqual(done.response.output.map((item) => item.status), ['incomplete'], 'the item that was cut');
  const next = await ask(rt, inbox, cancellation.text);
  expectEqual(next.response.status, 'completed', 'the next turn');
  expectFact(textOf(next), cancellation);
  rt.close();
});

check('a question over an answer interrupts it and is answered itself', async () => {
  const { rt, inbox } = await open({ output_modalities: ['audio'], audio: listening });
  say(rt, longQuestion);
  respond(rt);
  const delta = await inbox.type('response.output_audio.delta');

  speak(rt, services);

  await inbox.type('input_audio_buffer.speech_started');
  const cut = await inbox.type('response.done');
  expectEqual([cut.response.status, cut.response.status_details?.reason],
    ['cancelled', 'turn_detected'], 'status');
  rt.send({
    type: 'conversation.item.truncate', item_id: delta.item_id, content_index: 0, audio_end_ms: 100,
  });
  const heard = await inbox.type('conversation.item.input_audio_transcription.completed');
  expectEqual(heard.transcript, services.text, 'heard');
  expectFact(textOf(await inbox.type('response.done')), services);
  const truncated = inbox.all().find((event) => event.type === 'conversation.item.truncated');
  expectEqual(truncated?.audio_end_ms, 100, 'truncated');
  expectEqual(inbox.all().filter((event) => event.type === 'error'), [], 'errors');
  rt.close();
});

await runChecks(`openai ${version}`);
