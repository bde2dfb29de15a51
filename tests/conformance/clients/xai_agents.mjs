// The negative test: OpenAI's Agents SDK cannot live on xAI's frames as they are. What a gateway has to repair.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { check, expect, phrases, runChecks, waitFor } from './kit.mjs';
import { count, makeTools, open, spoken } from './agents_kit.mjs';

/// One turn in a process of its own, since it may not survive it.
async function oneTurn(text) {
  const ran = [];
  const { session, log } = await open({ tools: makeTools(ran), config: { outputModalities: ['audio'] } });
  session.sendMessage(text);
  await waitFor(() => spoken(session).includes('shipped'), 'the answer', 5000);
  console.log('ALIVE', count(log, 'response.done'), log.errors.length);
  process.exit(0);
}

function inProcess(text) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), text], { env: process.env });
    let output = '';
    child.stdout.on('data', (part) => { output += part; });
    child.stderr.on('data', (part) => { output += part; });
    child.on('close', (code) => resolve({ code, output }));
  });
}

if (process.argv[2]) {
  await oneTurn(process.argv[2]);
} else {
  check('raw frames of xAI break it: a message item without content ends the process', async () => {
    const { code, output } = await inProcess(`say One moment. and ${phrases.oneCall}`);

    expect(code !== 0 && !output.includes('ALIVE'), `it lived: ${output}`);
    expect(output.includes('ZodError') || output.includes('invalid_type'), `for another reason: ${output.slice(-600)}`);
  });

  check('raw frames of xAI break it: a call alone is never answered to the end', async () => {
    const { code, output } = await inProcess(phrases.oneCall);

    expect(code !== 0 && !output.includes('ALIVE'), `it lived: ${output}`);
    expect(output.includes('not within'), `for another reason: ${output.slice(-600)}`);
  });

  await runChecks('@openai/agents-realtime with raw xAI');
}
