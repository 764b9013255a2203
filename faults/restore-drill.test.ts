// The database is lost, and comes back from its last backup and its log: what was decided until the restore point verifies and
// replays. And a drill that lacks what it needs does not pass.
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { restoreDrill } from '../scripts/drill/restore-drill.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-drill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const drill = (disturb?: Parameters<typeof restoreDrill>[0]['disturb']) =>
  restoreDrill({
    folder,
    transactionsPerDay: 60,
    onProgress: () => undefined,
    ...(disturb === undefined ? {} : { disturb }),
  });

test('a backup taken while a day runs, and the log, give back every run up to the restore point: verified and replayed', async () => {
  const { checks, backup } = await drill();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ what }) => what)).toEqual([
    'the 3 runs up to the restore point are there, and none after it',
    'audit verify --deep: chains, anchors, results, reports, functions, grants',
    'replay stripe/drill/2026-03-02#1',
    'replay stripe/drill/2026-03-03#1',
    'replay stripe/drill/2026-03-04#1',
    'against the newest anchors, audit verify says that it is an old copy',
    'stripe/drill/2026-03-05#1, which was lost, ran again to the same result',
  ]);
  expect(backup.files).toBeGreaterThan(500);
});

test('with the end of the log gone, the restore fails and says that it did not get to its target', async () => {
  const work = drill(async ({ archiveDir }) => {
    const last =
      (await readdir(archiveDir))
        .filter((name) => /^[0-9A-F]{24}$/.test(name))
        .sort()
        .at(-1) ?? '';
    await rm(join(archiveDir, last));
  });
  await expect(work).rejects.toThrow('recovery ended before configured recovery target was reached');
});

test('with the log of the time of the backup gone, the restore fails', async () => {
  const work = drill(async ({ archiveDir }) => {
    // Named as the first file that the backup needs: 000000010000000000000002.00000028.backup
    const [label = ''] = (await readdir(archiveDir)).filter((name) => name.endsWith('.backup'));
    await rm(join(archiveDir, label.slice(0, 24)));
  });
  await expect(work).rejects.toThrow('could not locate required checkpoint record');
});

test('with a backup whose copying was cut off, the drill does not pass', async () => {
  const work = drill(async ({ backupDir }) => {
    const base = join(backupDir, 'cluster', 'data', 'base');
    for (const database of await readdir(base)) {
      // Beyond the system's own: tables of recon are numbered from here on. What is written after the backup the log heals.
      const files = (await readdir(join(base, database))).filter((name) => Number(name) >= FIRST_OWN_FILE);
      for (const name of files) await truncate(join(base, database, name), 0);
    }
  });
  const passed = await work.then(
    ({ checks }) => checks.every(({ ok }) => ok),
    () => false,
  );
  expect(passed).toBe(false);
});

const FIRST_OWN_FILE = 16_384;
