// Calls of the simulated carrier, answered by a small gateway that believes the official package alone.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import twilio from 'twilio';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { WebSocketServer } from 'ws';
import { check, expect, expectEqual, waitFor } from './kit.mjs';
import { isAudible, key, loud, simBinary } from './phone_kit.mjs';

const account = 'AC00000000000000000000000000000001';
const publicUrl = 'https://phone.example';

/// Answers a voice webhook with TwiML made by the package, and streams with `serve(socket, start, send)`.
async function startGateway({ twiml, serve = () => {} }) {
  const seen = { webhooks: [], upgrades: [], frames: [], problems: [] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => { body += text; });
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(body));
      const isSigned = webhooks.validateRequest(key, request.headers['x-twilio-signature'] ?? '', publicUrl + request.url, params);
      seen.webhooks.push({ url: request.url, params, isSigned });
      if (!isSigned) return response.writeHead(403).end();
      response.writeHead(200, { 'content-type': 'text/xml' }).end(twiml(seen, request.url));
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const url = publicUrl.replace('https', 'wss') + request.url;
    seen.upgrades.push(request.headers['x-twilio-signature'] === webhooks.getExpectedTwilioSignature(key, url, {}));
    let start;
    const send = (event, more = {}) => socket.send(JSON.stringify({ event, streamSid: start.streamSid, ...more }));
    socket.on('message', (data, isBinary) => {
      if (isBinary) return seen.problems.push('binary');
      let frame;
      try { frame = JSON.parse(data); } catch { return seen.problems.push('json'); }
      seen.frames.push(frame);
      if (frame.event === 'start') start = frame.start;
      serve({ frame, send, socket, start, seen });
    });
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  const close = () => { sockets.clients.forEach((one) => one.terminate()); server.close(); };
  return { to: `http://127.0.0.1:${server.address().port}/twilio/voice`, seen, close };
}

const streamTwiml = (token = 'one-time') => {
  const response = new twilio.twiml.VoiceResponse();
  const stream = response.connect().stream({ url: 'wss://phone.example/twilio/media', name: 'n' });
  stream.parameter({ name: 'token', value: token });
  response.redirect('/twilio/voice?again=1');
  return response.toString();
};

/// Runs the carrier; its timeline, and its status.
function call(to, argv, onLine = () => {}) {
  const child = spawn(simBinary, ['twilio', '--to', to, '--public-url', `${publicUrl}/twilio/voice`, '--auth-token', key, '--json', ...argv],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text));
    onLine(lines.at(-1));
  });
  let rest = '';
  const restUrl = new Promise((resolved) => {
    child.stderr.on('data', (text) => {
      rest += text;
      const found = /listening on (http:\S+)/.exec(rest);
      if (found) resolved(found[1]);
    });
  });
  const ended = new Promise((resolved) => { child.on('close', (status) => resolved({ status, lines })); });
  return { ended, restUrl, kill: () => child.kill('SIGTERM') };
}
const has = (lines, event) => lines.find((line) => line.event === event);

/// A gateway that answers whatever is said with a second of sound, 300 ms behind it.
function answering({ frame, send, seen }) {
  if (frame.event !== 'media') return;
  const state = (seen.state ??= { loud: 0, quiet: 0 });
  if (isAudible(Buffer.from(frame.media.payload, 'base64'))) {
    state.loud += 1;
    state.quiet = 0;
  } else if (state.loud > 0 && ++state.quiet === 15) {
    state.loud = 0;
    send('media', { media: { payload: loud(1000).toString('base64') } });
    send('mark', { mark: { name: 'said' } });
  }
}

check('a call is signed as the package signs it, and answered', async () => {
  const gateway = await startGateway({ twiml: () => streamTwiml(), serve: answering });
  const { status, lines } = await call(gateway.to, ['--tone-ms', '400', '--status-callback', `${publicUrl}/twilio/status`, '--field', 'FromCity=', '--field', 'X=a b&c']).ended;
  gateway.close();

  expectEqual(status, 0, 'status');
  const { webhooks: asked, upgrades, frames } = gateway.seen;
  expect(asked.every((one) => one.isSigned), 'a webhook had a wrong signature');
  expectEqual(asked[0].params.StirVerstat, 'TN-Validation-Passed-A', 'StirVerstat');
  expectEqual(asked[0].params.X, 'a b&c', 'a field of its own');
  expectEqual(asked.at(-1).params.CallStatus, 'completed', 'the status callback');
  expectEqual(upgrades, [true], 'signatures of upgrades');
  expectEqual(frames.slice(0, 3).map((frame) => frame.event), ['connected', 'start', 'media'], 'the first frames');
  expectEqual(frames[1].start.customParameters, { token: 'one-time' }, 'parameters');
  const numbers = frames.slice(1).map((frame) => Number(frame.sequenceNumber));
  expect(numbers.every((number, i) => number === i + 1), 'sequenceNumber has gaps');
  expectEqual(frames.filter((frame) => frame.event === 'mark').map((frame) => frame.mark.name), ['said'], 'marks');
  expectEqual(frames.at(-1).event, 'stop', 'the last frame');
  expect(has(lines, 'answered').latency_ms > 200, 'no latency');
  expect(has(lines, 'heard').to - has(lines, 'heard').from > 900, 'the answer was not heard');
});

check('marks come back at once on clear', async () => {
  const gateway = await startGateway({
    twiml: () => streamTwiml(),
    serve: ({ frame, send }) => {
      if (frame.event !== 'start') return;
      for (const name of ['a', 'b']) {
        send('media', { media: { payload: loud(5000).toString('base64') } });
        send('mark', { mark: { name } });
      }
      send('clear');
      send('mark', { mark: { name: 'idle' } });
    },
  });
  const { lines } = await call(gateway.to, ['--tone-ms', '100', '--seconds', '1']).ended;
  gateway.close();

  expectEqual(gateway.seen.frames.filter((frame) => frame.event === 'mark').map((frame) => frame.mark.name), ['a', 'b', 'idle'], 'marks');
  expect(has(lines, 'clear').dropped_ms > 9000, 'nothing was dropped');
});

check('a stream that the gateway drops comes back by the redirect', async () => {
  const gateway = await startGateway({
    twiml: (seen) => streamTwiml(`t${seen.webhooks.length}`),
    serve: ({ frame, socket, seen }) => {
      if (frame.event === 'media' && frame.media.chunk === '20' && seen.upgrades.length === 1) socket.terminate();
    },
  });
  const { status, lines } = await call(gateway.to, ['--tone-ms', '100', '--seconds', '2']).ended;
  gateway.close();

  expectEqual(status, 0, 'status');
  const starts = gateway.seen.frames.filter((frame) => frame.event === 'start');
  expectEqual(starts.map((frame) => frame.start.customParameters.token), ['t1', 't2'], 'tokens');
  expectEqual(starts[0].start.callSid, starts[1].start.callSid, 'the call');
  expectEqual(has(lines, 'stream_ended').by, 'gateway', 'who ended it');
  expectEqual(gateway.seen.webhooks[1].url, '/twilio/voice?again=1', 'the redirect');
});

check('the package hangs up and moves a call over REST', async () => {
  const gateway = await startGateway({ twiml: () => streamTwiml() });
  const running = call(gateway.to, ['--rest', '127.0.0.1:0', '--tone-ms', '100', '--seconds', '20', '--calls', '2', '--rate', '100', '--account', account]);
  const rest = await running.restUrl;
  const client = twilio(account, key, {
    httpClient: {
      async request({ method, uri, username, password, data, headers }) {
        const response = await fetch(rest + new URL(uri).pathname, {
          method: method.toUpperCase(),
          headers: { ...headers, authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
          body: data ? new URLSearchParams(data) : undefined,
        });
        return { statusCode: response.status, body: await response.json(), headers: {} };
      },
    },
  });
  await waitFor(() => gateway.seen.frames.filter((frame) => frame.event === 'start').length === 2, 'two streams');
  const [first, second] = gateway.seen.webhooks.slice(0, 2).map((one) => one.params.CallSid);
  const ended = await client.calls(first).update({ status: 'completed' });
  const moved = await client.calls(second).update({ twiml: '<Response><Dial>+31205555555</Dial></Response>' });
  const { lines } = await running.ended;
  let gone;
  try { await client.calls('CA00000000000000000000000000000000').fetch(); } catch (error) { gone = error; }
  gateway.close();

  expectEqual([ended.sid, moved.sid, moved.status], [first, second, 'in-progress'], 'calls');
  expectEqual(has(lines, 'transferred').to, '+31205555555', 'transferred to');
  expectEqual(lines.filter((line) => line.event === 'stream_ended').map((line) => line.by), ['rest', 'rest'], 'who ended them');
  expectEqual(gateway.seen.frames.filter((frame) => frame.event === 'stop').length, 2, 'stops');
  expect(gone !== undefined, 'a call that is none was found');
});

check('faults are what they say', async () => {
  const kinds = ['webhook_signature', 'upgrade_signature', 'binary_frame', 'bad_json', 'second_start', 'sequence_back', 'media_before_start', 'foreign_call', 'token_replay'];
  const seen = {};
  await Promise.all(kinds.map(async (kind) => {
    const gateway = await startGateway({ twiml: () => streamTwiml() });
    seen[kind] = { ...await call(gateway.to, ['--fault', kind, '--tone-ms', '100', '--seconds', '1.5']).ended, ...gateway.seen };
    gateway.close();
  }));
  const starts = (kind) => seen[kind].frames.filter((frame) => frame.event === 'start');

  expectEqual(seen.webhook_signature.webhooks[0].isSigned, false, 'webhook_signature');
  expectEqual(seen.webhook_signature.status, 3, 'status of a call that was refused');
  expectEqual(seen.upgrade_signature.upgrades, [false], 'upgrade_signature');
  expectEqual(seen.binary_frame.problems, ['binary'], 'binary_frame');
  expectEqual(seen.bad_json.problems, ['json'], 'bad_json');
  expectEqual(starts('second_start').length, 2, 'second_start');
  expectEqual(seen.media_before_start.frames[1].event, 'media', 'media_before_start');
  expect(starts('foreign_call')[0].start.callSid !== seen.foreign_call.webhooks[0].params.CallSid, 'foreign_call');
  expectEqual(starts('token_replay').map((frame) => frame.start.customParameters.token), ['one-time', 'one-time'], 'token_replay');
  const numbers = seen.sequence_back.frames.slice(1).map((frame) => Number(frame.sequenceNumber));
  expect(numbers.some((number, i) => i > 0 && number < numbers[i - 1]), 'sequence_back');
});
