import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { DataDirInUse } from './errors.ts';
import { processesIn } from './processes-for-tests.ts';
import { startStack } from './stack.ts';
import { acceptsTcp } from './temporal-answers.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-stack-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const THROWAWAY = { durable: false, ui: false, mailbox: true };
const portsOf = (...urls: string[]) => urls.map((url) => Number(/:(\d+)(\/|$)/.exec(url.replace(/^.*@/, ''))?.[1]));
const areOpen = (ports: number[]) => Promise.all(ports.map((port) => acceptsTcp('127.0.0.1', port)));

test('everything is up together and gone together, however often it is stopped', async () => {
  const stack = await startStack({ ...THROWAWAY, ui: true });
  const ports = portsOf(
    stack.postgres.url,
    stack.temporal.address,
    stack.temporal.uiUrl ?? '',
    stack.mailbox?.url ?? '',
  );
  expect(await areOpen(ports)).toEqual([true, true, true, true]);
  await Promise.all([stack.stop(), stack.stop()]);
  await stack.stop();
  expect(await areOpen(ports)).toEqual([false, false, false, false]);
});

test('a store folder keeps all three, and mails may be kept alone', async () => {
  const storeDir = join(folder, 'store');
  const stack = await startStack({ ...THROWAWAY, storeDir });
  await createTransport(stack.mailbox?.url).sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'kept' });
  await stack.stop();
  expect((await readdir(storeDir)).sort()).toEqual(['mail', 'postgres', 'temporal']);
  expect(await readdir(join(storeDir, 'mail'))).toHaveLength(2);
});

test('without a mailbox there is none', async () => {
  const stack = await startStack({ ...THROWAWAY, mailbox: false });
  await stack.stop();
  expect(stack.mailbox).toBeUndefined();
});

test('when one part does not start, the others are taken down and the reason is the one that failed', async () => {
  const storeDir = join(folder, 'store');
  const mailDir = join(folder, 'file');
  await writeFile(mailDir, '');
  await expect(startStack({ ...THROWAWAY, storeDir, mailDir })).rejects.toMatchObject({ code: 'EEXIST' });
  if (process.platform === 'linux') expect(await processesIn(storeDir)).toEqual([]);
  const stack = await startStack({ ...THROWAWAY, storeDir });
  await expect(startStack({ ...THROWAWAY, storeDir })).rejects.toThrow(DataDirInUse);
  await stack.stop();
});

test('a start that is given up leaves nothing and throws the reason', async () => {
  const storeDir = join(folder, 'store');
  const giveUp = new AbortController();
  const starting = startStack({
    ...THROWAWAY,
    storeDir,
    signal: giveUp.signal,
    onProgress: () => giveUp.abort(new Error('Ctrl-C')),
  });
  await expect(starting).rejects.toThrow('Ctrl-C');
  if (process.platform === 'linux') expect(await processesIn(storeDir)).toEqual([]);
});
