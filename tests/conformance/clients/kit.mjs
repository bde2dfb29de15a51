// What every client test shares: where the server is, how a check is run and reported, sound to send.
//
// GATEWAY_WS      ws://HOST:PORT/v1/realtime, plain          GATEWAY_WSS  the same over TLS (optional)
// GATEWAY_KEY     API key or token                           GATEWAY_MODEL  default gpt-realtime
// GATEWAY_OWN_TOOL   a tool that the server runs by itself: clients must never see its calls.
//                    Empty: the server is the bare provider, and what only that one does is checked too.
// GATEWAY_OWN_ARGS   arguments of that tool, JSON            GATEWAY_OWN_FACT   text its answer must hold

export const server = {
  ws: process.env.GATEWAY_WS ?? '',
  wss: process.env.GATEWAY_WSS ?? '',
  key: process.env.GATEWAY_KEY ?? 'test-key',
  model: process.env.GATEWAY_MODEL ?? 'gpt-realtime',
  ownTool: process.env.GATEWAY_OWN_TOOL ?? '',
  ownArgs: process.env.GATEWAY_OWN_ARGS ?? '{"topic":"parking"}',
  ownFact: process.env.GATEWAY_OWN_FACT ?? 'Tool said',
};
export const isBare = server.ownTool === '';
export const httpBase = server.ws.replace(/^ws/, 'http').replace(/\/realtime$/, '');
export const httpsBase = server.wss.replace(/^ws/, 'http').replace(/\/realtime$/, '');

/// What callers say; the simulator's default brain does exactly this (sim/README.md).
export const phrases = {
  hello: 'good morning',
  oneCall: 'call lookup_order {"id":"A7"}',
  twoCalls: 'call lookup_order {"id":"A7"} and call weather city=Oslo',
  slowly: 'please talk slowly',
  ownCall: `call ${server.ownTool} ${server.ownArgs}`,
  ownAndClientCall: `call ${server.ownTool} ${server.ownArgs} and call lookup_order {"id":"A7"}`,
};

export function tone(ms, rate = 24000) {
  const samples = new Int16Array((rate * ms) / 1000);
  for (let i = 0; i < samples.length; ++i) samples[i] = 8000 * Math.sin((2 * Math.PI * 300 * i) / rate);
  return samples;
}
export const silence = (ms, rate = 24000) => new Int16Array((rate * ms) / 1000);
export const base64 = (samples) =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');

export class Failure extends Error {}
export function expect(condition, message) {
  if (!condition) throw new Failure(message);
}
export function expectEqual(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Failure(`${what}: expected ${b}, got ${a}`);
}

/// Events of one client, in order; `until` waits for one that `accept` likes, each event being taken once.
export class Inbox {
  #events = [];
  #next = 0;
  #wake = () => {};
  push(event) {
    this.#events.push(event);
    this.#wake();
  }
  async until(accept, what, timeoutMs = 10000) {
    const end = Date.now() + timeoutMs;
    for (;;) {
      while (this.#next < this.#events.length) {
        const event = this.#events[this.#next++];
        if (accept(event)) return event;
      }
      const left = end - Date.now();
      if (left <= 0) {
        throw new Failure(`no ${what} in ${timeoutMs} ms; last events: ${this.types().slice(-12)}`);
      }
      let timer;
      await new Promise((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
  type(type, timeoutMs) {
    return this.until((event) => event.type === type, type, timeoutMs);
  }
  /// From here on only what comes later counts.
  mark() {
    this.#next = this.#events.length;
    return this.#next;
  }
  all(from = 0) {
    return this.#events.slice(from);
  }
  types(from = 0) {
    return this.all(from).map((event) => event.type);
  }
}

export async function waitFor(condition, what, timeoutMs = 10000) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Failure(`not within ${timeoutMs} ms: ${what}`);
}

const checks = [];
export function check(name, run) {
  checks.push({ name, run });
}

/// Runs the checks one after the other; one line each. A client that throws in a callback fails its check.
export async function runChecks(client) {
  let failed = 0;
  let breakCheck = () => {};
  process.on('uncaughtException', (error) => breakCheck(error));
  process.on('unhandledRejection', (error) => breakCheck(error));
  for (const { name, run } of checks) {
    const start = Date.now();
    let timer;
    try {
      await Promise.race([
        run(),
        new Promise((_, reject) => {
          breakCheck = reject;
          timer = setTimeout(() => reject(new Failure('not done in 30 s')), 30000);
        }),
      ]);
      console.log(`PASS ${client}: ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      ++failed;
      const text = error instanceof Failure ? error.message : (error?.stack ?? String(error));
      console.log(`FAIL ${client}: ${name}: ${text}`);
    } finally {
      clearTimeout(timer);
    }
  }
  process.exit(failed === 0 ? 0 : 1);
}
