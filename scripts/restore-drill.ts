// npm run drill: proves on this machine that a backup can be restored, and says in how many seconds and what was verified.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DrillResult, restoreDrill } from './drill/restore-drill.ts';

const HELP = `npm run drill -- [--json] [--transactions N]

Runs days against a PostgreSQL that archives its log, takes a base backup while one of them runs, loses the server, restores it to a
restore point, and verifies and replays what is there. Everything happens in a temporary folder and is removed.

  --json            one object on standard output: backup, restoreMs, checks, or error where nothing could be restored
  --transactions N  a day (default 2000, at most 100000)

Exit code: 0 where every check holds, else 1; 2 for a wrong option.
`;
const TRANSACTIONS_PER_DAY = 2_000;
const TRANSACTIONS_PER_DAY_MAX = 100_000;

interface DrillWords {
  readonly json: boolean;
  readonly transactionsPerDay: number;
}

/** null: only the help was asked for. @throws TypeError, RangeError */
function readWords(): DrillWords | null {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      transactions: { type: 'string', default: String(TRANSACTIONS_PER_DAY) },
    },
  });
  if (values.help === true) return null;
  const transactionsPerDay = /^\d{1,6}$/.test(values.transactions) ? Number(values.transactions) : 0;
  if (transactionsPerDay < 1 || transactionsPerDay > TRANSACTIONS_PER_DAY_MAX)
    throw new RangeError(`--transactions is a whole number from 1 to ${TRANSACTIONS_PER_DAY_MAX}`);
  return { json: values.json, transactionsPerDay };
}

type Outcome = DrillResult | { readonly error: string };

function render(outcome: Outcome): string {
  if ('error' in outcome) return `FAIL nothing was restored: ${outcome.error}`;
  const { backup, restoreMs, checks } = outcome;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return [
    `base backup: ${backup.files} files, ${Math.round(backup.bytes / 1e6)} MB, ${seconds(backup.ms)}`,
    `restored to the restore point: ${seconds(restoreMs)}`,
    ...checks.map(
      ({ what, ok, said, ms }) => `${ok ? 'ok  ' : 'FAIL'} ${what} (${seconds(ms)})${ok ? '' : `\n${said}`}`,
    ),
  ].join('\n');
}

async function drill({ json, transactionsPerDay }: DrillWords): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-drill-'));
  try {
    const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
    const outcome: Outcome = await restoreDrill({ folder, transactionsPerDay, onProgress }).catch((error) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    process.stdout.write(`${json ? JSON.stringify(outcome, null, 2) : render(outcome)}\n`);
    return 'checks' in outcome && outcome.checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  let words: DrillWords | null;
  try {
    words = readWords();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return 2;
  }
  if (words !== null) return drill(words);
  process.stdout.write(HELP);
  return 0;
}

process.exitCode = await main();
