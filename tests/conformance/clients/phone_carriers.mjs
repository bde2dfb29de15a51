// Calls of the other simulated carriers, answered by a small gateway that believes their official packages alone.
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import plivo from 'plivo';
import { TelnyxWebhook } from 'telnyx/lib/webhooks';
import { WebSocketServer } from 'ws';
import { check, expect, expectEqual } from './kit.mjs';
import { isAudible, key, loud, simBinary } from './phone_kit.mjs';

const publicUrl = 'https://phone.example';
const telnyxKey = spawnSync(simBinary, ['twilio', '--show-key', '--auth-token', key], { encoding: 'utf8' }).stdout.trim();

const isOfPlivo = (method, url, headers, params = {}) =>
  plivo.validateV3Signature(method, url, headers['x-plivo-signature-v3-nonce'] ?? '', key, headers['x-plivo-signature-v3'] ?? '', params);
const isOfTelnyx = (body, headers) => new TelnyxWebhook(telnyxKey).verify(body, headers).then(() => true, () => false);

const carriers = {
  telnyx: {
    isSigned: ({ body, headers }) => isOfTelnyx(body, headers),
    isUpgradeSigned: () => true,
    markup: `<Response><Connect><Stream url="wss://phone.example/telnyx/media" codec="PCMU" bidirectionalMode="rtp" bidirectionalCodec="PCMU" enableReconnect="false"><Parameter name="token" value="t1"/></Stream></Connect><Redirect>/telnyx/voice?again=1</Redirect></Response>`,
    call: (start) => start.start.call_control_id,
    token: (start) => start.start.custom_parameters.token,
    play: (stream, payload) => [{ event: 'media', media: { payload } }, { event: 'mark', stream_id: stream, mark: { name: 'said' } }],
    clear: (stream) => ({ event: 'clear', stream_id: stream }),
    stream: (start) => start.stream_id,
    mark: (frame) => (frame.event === 'mark' ? frame.mark.name : undefined),
    callId: 'CallSid',
  },
  plivo: {
    isSigned: ({ url, headers, params }) => isOfPlivo('POST', publicUrl + url, headers, params),
    isUpgradeSigned: (url, headers) => isOfPlivo('GET', publicUrl.replace('https', 'wss') + url, headers),
    markup: `<Response><Stream bidirectional="true" keepCallAlive="true" contentType="audio/x-mulaw;rate=8000" extraHeaders="token=t1">wss://phone.example/plivo/media</Stream><Redirect>/plivo/voice?again=1</Redirect></Response>`,
    call: (start) => start.start.callId,
    token: (start) => start.extra_headers.split('=')[1],
    play: (stream, payload) => [{ event: 'playAudio', media: { contentType: 'audio/x-mulaw', sampleRate: 8000, payload } }, { event: 'checkpoint', streamId: stream, name: 'said' }],
    clear: (stream) => ({ event: 'clearAudio', streamId: stream }),
    stream: (start) => start.start.streamId,
    mark: (frame) => (frame.event === 'playedStream' ? frame.name : undefined),
    callId: 'CallUUID',
  },
};

/// Answers a webhook with its markup, and speech with a second of sound.
async function startGateway(carrier, { onFrame = () => {} } = {}) {
  const seen = { webhooks: [], upgrades: [], frames: [] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => { body += text; });
    request.on('end', async () => {
      const { url, headers } = request;
      const params = Object.fromEntries(new URLSearchParams(body));
      const isSigned = await carrier.isSigned({ url, headers, body, params });
      seen.webhooks.push({ url, params, isSigned });
      if (!isSigned) return response.writeHead(403).end();
      response.writeHead(200, { 'content-type': 'text/xml' }).end(carrier.markup);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    seen.upgrades.push(carrier.isUpgradeSigned(request.url, request.headers));
    const state = { loud: 0, quiet: 0 };
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      seen.frames.push(frame);
      if (frame.event === 'start') state.stream = carrier.stream(frame);
      const send = (...orders) => orders.forEach((order) => socket.send(JSON.stringify(order)));
      onFrame({ frame, send, stream: state.stream, socket, seen });
      if (frame.event !== 'media') return;
      if (isAudible(Buffer.from(frame.media.payload, 'base64'))) {
        state.loud += 1;
        state.quiet = 0;
      } else if (state.loud > 0 && ++state.quiet === 15) {
        state.loud = 0;
        send(...carrier.play(state.stream, loud(1000).toString('base64')));
      }
    });
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  const close = () => { sockets.clients.forEach((one) => one.terminate()); server.close(); };
  return { base: `http://127.0.0.1:${server.address().port}`, seen, close };
}

async function call(name, gateway, argv) {
  const child = spawn(simBinary, ['twilio', '--carrier', name, '--to', `${gateway.base}/${name}/voice`, '--public-url', `${publicUrl}/${name}/voice`,
    '--auth-token', key, '--json', ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = [];
  createInterface({ input: child.stdout }).on('line', (text) => { lines.push(JSON.parse(text)); });
  const status = await new Promise((resolved) => { child.on('close', resolved); });
  gateway.close();
  return { status, lines };
}

for (const [name, carrier] of Object.entries(carriers)) {
  check(`a call of ${name} is signed as its package signs it, and answered`, async () => {
    const gateway = await startGateway(carrier);
    const { status, lines } = await call(name, gateway, ['--tone-ms', '400', '--status-callback', `${publicUrl}/${name}/status?x=a%20b&a=1`, '--field', 'Empty=', '--field', 'X=é b&c']);

    expectEqual(status, 0, 'status');
    const { webhooks, upgrades, frames } = gateway.seen;
    expect(webhooks.every((one) => one.isSigned), 'a webhook had a wrong signature');
    expectEqual(webhooks[0].params.X, 'é b&c', 'a field of its own');
    expectEqual(webhooks.at(-1).params.CallStatus, 'completed', 'the status callback');
    expectEqual(upgrades, [true], 'signatures of upgrades');
    const start = frames.find((frame) => frame.event === 'start');
    expectEqual(carrier.token(start), 't1', 'the token');
    expectEqual(carrier.call(start), webhooks[0].params[carrier.callId], 'the call');
    expectEqual(frames.map(carrier.mark).filter(Boolean), ['said'], 'marks');
    const heard = lines.find((line) => line.event === 'heard');
    expect(heard.to - heard.from > 900, 'the answer was not heard');
  });

  check(`what ${name} says when all is cleared`, async () => {
    const gateway = await startGateway(carrier, {
      onFrame: ({ frame, send, stream }) => {
        if (frame.event === 'start') send(...carrier.play(stream, loud(5000).toString('base64')), carrier.clear(stream));
      },
    });
    const { lines } = await call(name, gateway, ['--tone-ms', '100', '--seconds', '1']);

    expect(lines.find((line) => line.event === 'clear').dropped_ms > 4000, 'nothing was dropped');
    const before = gateway.seen.frames.slice(0, 20).map((frame) => carrier.mark(frame) ?? frame.event);
    expectEqual([before.includes('said'), before.includes('clearedAudio')], [name === 'telnyx', name === 'plivo'], 'what came back');
  });

  check(`a webhook of somebody else is none of ${name}`, async () => {
    const gateway = await startGateway(carrier);
    const { status } = await call(name, gateway, ['--fault', 'webhook_signature', '--tone-ms', '100', '--seconds', '1']);

    expectEqual(status, 3, 'status');
    expectEqual(gateway.seen.webhooks[0].isSigned, false, 'the signature');
  });
}
