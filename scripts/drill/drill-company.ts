// A company whose days a restore drill can lose and get back: seeded files of both sides, a recon.yaml, and the real activities in
// the workflow's order. No Temporal: what is drilled is the database.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createActivities } from '../../activities/index.ts';
import { createBulkPool } from '../../activities/stage/bulk-pool.ts';
import { addDays, parseBusinessDate, windowOf } from '../../domain/business-date.ts';
import { SIDES } from '../../domain/vocabulary.ts';
import { generateWorld } from '../../sandbox/world/generate-world.ts';
import { writeWorldFiles } from '../../sandbox/world/write-world-files.ts';
import { createDatabase } from '../../sql/database.ts';
import { urlAsRole } from '../../sql/url-as-role.ts';
import { composeAccounts } from '../../worker/compose-accounts.ts';
import { composeEvidence } from '../../worker/compose-evidence.ts';
import { composeOutbox } from '../../worker/compose-outbox.ts';
import { loadConfig } from '../../worker/config.ts';
import { PRODUCTION_POLICY } from '../../workflows/contracts.ts';

export const DRILL_ACCOUNT = 'stripe/drill';
const ZONE = 'UTC';
const FIRST_DATE = parseBusinessDate('2026-03-02');

export interface DrillCompany {
  readonly folder: string;
  /** Puts a day's files of both sides where the configuration looks for them. */
  deliver(day: number): Promise<void>;
}

export interface DrilledRun {
  /** As `recon replay` takes it. */
  readonly run: string;
  readonly resultDigest: string;
}

export async function openDrillCompany(
  folder: string,
  { days, transactionsPerDay }: { readonly days: number; readonly transactionsPerDay: number },
): Promise<DrillCompany> {
  const world = generateWorld({
    ...{ seed: 'drill', account: DRILL_ACCOUNT, zone: ZONE, firstDate: FIRST_DATE, days, transactionsPerDay },
  });
  for (const side of SIDES) await mkdir(join(folder, 'in', side), { recursive: true });
  return {
    folder,
    deliver: async (day) => {
      const date = addDays(FIRST_DATE, day);
      const files = await writeWorldFiles(world, join(folder, 'days', date), windowOf(date, ZONE));
      await copyFile(files.processorFile, join(folder, 'in', 'processor', `${date}.ndjson`));
      await copyFile(files.internalFile, join(folder, 'in', 'internal', `${date}.ndjson`));
    },
  };
}

/** A recon.yaml over a database and an evidence store. @param databaseUrl A superuser's: the worker's and the auditor's role are taken on. */
export async function writeDrillConfig(
  { folder }: DrillCompany,
  name: string,
  { databaseUrl, evidence }: { readonly databaseUrl: string; readonly evidence: string },
): Promise<string> {
  await writeFile(join(folder, `${name}-url`), urlAsRole(databaseUrl, 'recon_worker'), { mode: 0o600 });
  await writeFile(join(folder, 'smtp-url'), 'smtp://127.0.0.1:1');
  const files = (side: string) => ({ kind: 'file', location: `in/${side}` });
  const file = join(folder, `${name}.yaml`);
  const config = {
    reportingCurrency: 'USD',
    database: `file:${name}-url`,
    accounts: [
      {
        ...{ account: DRILL_ACCOUNT, zone: ZONE, startDate: FIRST_DATE, trailingDays: 0, sourceDeadline: '0s' },
        ...{ source: files('processor'), internal: files('internal') },
      },
    ],
    reports: { store: '.' },
    evidence: { store: evidence, retentionDays: 1 },
    // Nobody is told of a drill: its mails stay in the outbox.
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'file:smtp-url' },
      routes: [{ to: ['ops@example.com'], from: 'low' }],
    },
  };
  await writeFile(file, stringify(config));
  return file;
}

/** Fetches, decides, publishes, seals and anchors one day, as its workflow would. */
export async function runDrillDay(configFile: string, day: number): Promise<DrilledRun> {
  const config = await loadConfig(configFile, {});
  const url = config.database.reveal();
  const database = await createDatabase({ url, poolSizeMax: 4, applicationName: 'recon drill' });
  const bulkPool = createBulkPool({ url, poolSizeMax: 2 });
  const outbox = composeOutbox(config, database, Date.now);
  try {
    const steps = createActivities({
      database,
      bulkPool,
      accounts: composeAccounts(config),
      outbox,
      evidence: composeEvidence(config, database, Date.now, async () => null),
      codeVersion: 'drill',
      nowMs: Date.now,
      scope: () => ({ heartbeat: () => undefined, signal: new AbortController().signal }),
      checkpoint: async () => undefined,
    });
    const date = addDays(FIRST_DATE, day);
    const workflowId = `drill/${date}`;
    const temporalRunId = `${workflowId} ${performance.timeOrigin + performance.now()}`;
    const about = { account: DRILL_ACCOUNT, date, trigger: 'try', policy: PRODUCTION_POLICY } as const;
    const { runId, runNumber } = await steps.openRun({ ...about, workflowId, temporalRunId });
    for (const side of SIDES) {
      await steps.awaitSource({ runId, side });
      const { batchId, shards } = await steps.planFetch({ runId, side });
      for (const shard of shards) await steps.fetchShard({ runId, side, batchId, shard });
      await steps.completeBatch({ runId, side, batchId });
    }
    const { resultDigest } = await steps.decideRun({ runId });
    await steps.publishReport({ runId });
    await steps.sealEvidence({ runId });
    return { run: `${DRILL_ACCOUNT}/${date}#${runNumber}`, resultDigest };
  } finally {
    await Promise.all([bulkPool.end(), database.end(), outbox.close()]);
  }
}
