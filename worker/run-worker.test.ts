import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Activities } from '../workflows/contracts.ts';
import { TemporalUnreachable } from './connection-errors.ts';
import { createLogger } from './logger.ts';
import { startWorker, workflowBundle } from './run-worker.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('two starts at once compile the workflows into one file, and leave no half of one', async () => {
  const paths = await Promise.all([workflowBundle(folder), workflowBundle(folder)]);
  expect(new Set(paths).size).toBe(1);
  expect((await readdir(folder)).map((name) => join(folder, name))).toEqual([paths[0]]);
  expect(await readFile(paths[0], 'utf8')).toContain('reconcileAccountDay');
});

test('a later start takes what an earlier one compiled', async () => {
  const path = await workflowBundle(folder);
  await appendFile(path, '// seen');
  expect(await workflowBundle(folder)).toBe(path);
  expect(await readFile(path, 'utf8')).toMatch(/\/\/ seen$/);
});

test('where no Temporal answers, the error names the address', async () => {
  const starting = startWorker({
    address: '127.0.0.1:1',
    namespace: 'default',
    taskQueue: 'recon',
    fetchTaskQueues: [],
    activities: {} as Activities,
    identity: 'test',
    bundleFolder: folder,
    logger: createLogger({ level: 'silent' }),
    shutdownGraceMs: 1_000,
  });
  await expect(starting).rejects.toThrow(TemporalUnreachable);
  await expect(starting).rejects.toThrow('127.0.0.1:1');
});
