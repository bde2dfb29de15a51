// The simulated chat servers over OpenAI's own client.
import OpenAI from 'openai';
import { check, expect, expectEqual, waitFor } from './kit.mjs';
import { key, stats, urls, useScript } from './phone_kit.mjs';

const client = new OpenAI({ apiKey: key, baseURL: `${urls.chat}/v1`, maxRetries: 0 });
const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }];
const ask = (more = {}, options = {}) => client.chat.completions.stream(
  { model: 'm', messages: [{ role: 'user', content: 'go' }], tools, stream_options: { include_usage: true }, parallel_tool_calls: true, ...more }, options);
const script = (wire, calls = 2) => `wire: ${wire}\nrules:\n  - when: {any: true}\n    preamble: Let me look, Zoë.\n    calls: [${
  Array.from({ length: calls }, (_, i) => `{name: look, arguments: '{"q":"\\"${'ab'[i]}\\" é"}'}`).join(', ')}]\n`;
const argumentsOf = (completion) => completion.choices[0].message.tool_calls.map((call) => call.function.arguments);
const wanted = ['{"q":"\\"a\\" é"}', '{"q":"\\"b\\" é"}'];

for (const server of ['openai', 'ollama', 'llamacpp', 'groq', 'azure']) {
  check(`chat: ${server} says a text and two calls`, async () => {
    await useScript(urls.chat, script(`{deviation: ${server}}`));
    const completion = await ask().finalChatCompletion();
    expectEqual(completion.choices[0].message.content, 'Let me look, Zoë.', 'text');
    expectEqual(argumentsOf(completion), wanted, 'arguments');
    expectEqual(completion.choices[0].finish_reason, 'tool_calls', 'finish_reason');
    expect(completion.usage?.total_tokens > 0, 'no usage');
  });
}

check('chat: vLLM repeats an index, and the client glues the calls together', async () => {
  await useScript(urls.chat, script('{deviation: vllm}'));
  const completion = await ask().finalChatCompletion();
  expectEqual(argumentsOf(completion), [wanted.join('')], 'arguments');
});

for (const wire of ['{pings: true}', '{crlf: true}', '{no_space: true}', '{split: utf8}', '{split: escape}', '{no_done: true}', '{one_chunk: true}']) {
  check(`chat: the client bears ${wire}`, async () => {
    await useScript(urls.chat, script(wire));
    expectEqual(argumentsOf(await ask().finalChatCompletion()), wanted, 'arguments');
  });
}

check('chat: errors in the middle, and bodies that break off', async () => {
  const outcome = async (wire) => {
    await useScript(urls.chat, script(wire));
    try {
      await ask().finalChatCompletion();
      return 'whole';
    } catch (error) {
      return error.message;
    }
  };
  expectEqual(await outcome('{error_after: 3, error: out of memory}'), 'out of memory', 'openai');
  for (const wire of ['{deviation: llamacpp, error_after: 3}', '{deviation: ollama, error_after: 3}', '{no_finish: true}']) {
    const message = await outcome(wire);
    expect(message.includes('finish_reason'), `${wire}: ${message}`);
  }
  expect(await outcome('{cut_after: 1}') !== 'whole', 'a body that broke off passed for whole');
});

check('chat: tokens come in their time, and one who leaves is noticed', async () => {
  await useScript(urls.chat, script('{first_token_ms: 150, token_ms: 20}', 1));
  const begun = Date.now();
  const times = [];
  for await (const chunk of ask()) times.push(chunk && Date.now() - begun);
  expect(times[0] >= 140 && times.at(-1) - times[0] >= 100, `at ${times} ms`);

  await useScript(urls.chat, script('{stall_at: 3, stall_ms: 20000}'));
  const before = (await stats(urls.chat)).left_streams ?? 0;
  const stream = ask();
  stream.on('error', () => {});
  setTimeout(() => stream.abort(), 200);
  await stream.done().catch(() => {});
  await waitFor(async () => ((await stats(urls.chat)).left_streams ?? 0) > before, 'the stream that was left');
});
