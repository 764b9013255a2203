import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startServerChild } from './child-process.ts';
import { pollUntil } from './poll-until.ts';
import { isRunning, startParent, untilGone } from './processes-for-tests.ts';

let folder = '';
let logFile = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-child-'));
  logFile = join(folder, 'server.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// A server that says what it was told, and ends at SIGTERM only.
const SERVER = `trap 'echo INT' INT; trap 'echo TERM; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
const env = { PATH: process.env.PATH ?? '' };
const term = { signal: 'SIGTERM', graceMs: 5_000 } as const;

async function untilLogged(text: string): Promise<string> {
  return pollUntil({
    what: `${text} in the log`,
    timeoutMs: 10_000,
    intervalMs: 10,
    check: async () => {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      return log.includes(text) ? log : undefined;
    },
  });
}

/** A process that starts SERVER, prints its pid, and then does what `then` says. */
function parentOf(then: string) {
  return startParent(`
    import { startServerChild } from './child-process.ts';
    const child = startServerChild({
      command: 'sh', args: ['-c', ${JSON.stringify(SERVER)}], env: ${JSON.stringify(env)},
      logFile: ${JSON.stringify(logFile)}, orphanedFolder: ${JSON.stringify(join(folder, 'orphaned'))},
      stopSteps: [{ signal: 'SIGTERM', graceMs: 5000 }],
    });
    ${then}
    // Last: whoever reads the pid may signal at once.
    console.log(JSON.stringify(child.pid));
  `);
}

test('the pid is the server itself, its output goes to the log, and stop ends it', async () => {
  const child = startServerChild({ command: 'sh', args: ['-c', SERVER], env, logFile, stopSteps: [term] });
  await untilLogged('up');
  await child.stop();
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(isRunning(child.pid)).toBe(false);
  await child.stop();
});

test('a server that ignores the first signal is given the next one', async () => {
  const deaf = `trap '' INT; echo up; while :; do sleep 0.05; done`;
  const stopSteps = [
    { signal: 'SIGINT', graceMs: 200 },
    { signal: 'SIGKILL', graceMs: 5_000 },
  ] as const;
  const child = startServerChild({ command: 'sh', args: ['-c', deaf], env, logFile, stopSteps });
  await untilLogged('up');
  await child.stop();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a program that does not exist ends at once and says so in the log', async () => {
  const child = startServerChild({ command: 'no-such-server', args: [], env, logFile, stopSteps: [term] });
  expect((await child.exited).code).toBe(127);
  expect(await readFile(logFile, 'utf8')).toContain('no-such-server');
});

test('a killed parent leaves neither the server nor its temporary folder, and the server is ended in order', async () => {
  await mkdir(join(folder, 'orphaned'));
  const parent = parentOf('setInterval(() => undefined, 1000);');
  const pid = await parent.next<number>();
  await untilLogged('up');
  parent.process.kill('SIGKILL');
  await untilGone(pid);
  await untilLogged('TERM');
  await pollUntil({
    what: 'the folder to go',
    timeoutMs: 5_000,
    intervalMs: 20,
    check: async () => !existsSync(join(folder, 'orphaned')) || undefined,
  });
});

test('a running server does not keep its parent from ending, and ends with it', async () => {
  const parent = parentOf('');
  const pid = await parent.next<number>();
  expect(await parent.ended).toBe(0);
  await untilGone(pid);
});

test('Ctrl-C reaches the parent only, which ends the server its own way', async () => {
  const parent = parentOf(`
    setInterval(() => undefined, 1000);
    process.once('SIGINT', () => child.stop().then(() => process.exit(0)));
  `);
  const pid = await parent.next<number>();
  await untilLogged('up');
  // What a terminal does: the whole foreground group is signalled.
  process.kill(-(parent.process.pid ?? 0), 'SIGINT');
  expect(await parent.ended).toBe(0);
  expect(isRunning(pid)).toBe(false);
  const log = await readFile(logFile, 'utf8');
  expect(log).toContain('TERM');
  expect(log).not.toContain('INT');
});

test('what the server itself has started ends with a killed parent too', async () => {
  const parent = startParent(`
    import { startServerChild } from './child-process.ts';
    startServerChild({
      command: 'sh', args: ['-c', 'sleep 300 & echo $!; wait'], env: ${JSON.stringify(env)},
      logFile: ${JSON.stringify(logFile)}, stopSteps: [{ signal: 'SIGTERM', graceMs: 2000 }],
    });
    console.log('1');
    setInterval(() => undefined, 1000);
  `);
  await parent.next();
  const grandchild = Number(await untilLogged('\n'));
  parent.process.kill('SIGKILL');
  await untilGone(grandchild);
});
