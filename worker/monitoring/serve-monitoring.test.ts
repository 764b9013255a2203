import { afterEach, expect, test } from '@jest/globals';
import { watchEventLoop } from './event-loop.ts';
import { ask } from './scrape-for-tests.ts';
import { type MonitoringServer, serveMonitoring } from './serve-monitoring.ts';

let server: MonitoringServer | undefined;
afterEach(() => server?.stop());

const ANSWERS = { metrics: async () => '', longestPauseMs: () => 0, notReady: async () => [] };

async function serve(answers: Partial<typeof ANSWERS>): Promise<string> {
  server = await serveMonitoring({ host: '127.0.0.1', port: 0 }, { ...ANSWERS, ...answers });
  return `http://127.0.0.1:${server.port}`;
}

test('a process that stood still for long is told to be ill, one that did for a moment is not', async () => {
  let longestPauseMs = 900;
  const base = await serve({ longestPauseMs: () => longestPauseMs });
  expect(await ask(`${base}/healthz`)).toEqual({ status: 200, text: '{"status":"alive","longestPauseMs":900}\n' });
  longestPauseMs = 10_001;
  expect(await ask(`${base}/healthz`)).toMatchObject({ status: 503 });
});

test('metrics that cannot be written are an error of the scrape, and the process goes on', async () => {
  const base = await serve({ metrics: () => Promise.reject(new RangeError('too many series')) });
  expect(await ask(`${base}/metrics`)).toMatchObject({ status: 500 });
  expect(await ask(`${base}/healthz`)).toMatchObject({ status: 200 });
});

test('a pause of the event loop is seen afterwards, for as long as it was', async () => {
  const loop = watchEventLoop();
  try {
    await turn();
    const untilMs = performance.now() + 300;
    while (performance.now() < untilMs);
    await turn();
    expect(loop.longestPauseMs()).toBeGreaterThan(200);
  } finally {
    loop.stop();
  }
});

/** Long enough for the monitor to have looked. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
