// npm run drill: proves on this machine that a backup can be restored, and says in how many seconds and what was verified.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreDrill } from './drill/restore-drill.ts';

const TRANSACTIONS_PER_DAY = 2_000;

const folder = await mkdtemp(join(tmpdir(), 'recon-drill-'));
try {
  const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
  const { backup, restoreMs, checks } = await restoreDrill({
    folder,
    transactionsPerDay: TRANSACTIONS_PER_DAY,
    onProgress,
  });
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const lines = [
    `base backup: ${backup.files} files, ${Math.round(backup.bytes / 1e6)} MB, ${seconds(backup.ms)}`,
    `restored to the restore point: ${seconds(restoreMs)}`,
    ...checks.map(
      ({ what, ok, said, ms }) => `${ok ? 'ok  ' : 'FAIL'} ${what} (${seconds(ms)})${ok ? '' : `\n${said}`}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = checks.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
