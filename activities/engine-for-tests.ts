// Runs account-days through the real activities and a real PostgreSQL, without Temporal: for tests of what is decided.
// The workflow's order is repeated here on purpose in its plainest form; the workflow itself has tests of its own.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate } from '../domain/business-date.ts';
import { defaultRuleSet, type RuleSet } from '../domain/rule-set.ts';
import { createDatabase } from '../sql/database.ts';
import type { DecisionManifest } from '../workflows/contracts.ts';
import type { AccountSetup } from './accounts.ts';
import { fileSource } from './fetch/file.ts';
import { type ActivityDeps, createActivities } from './index.ts';
import { createBulkPool } from './stage/bulk-pool.ts';

export interface EngineDay {
  readonly date: string;
  readonly processor: readonly object[];
  readonly internal: readonly object[];
  readonly asOf?: string;
  readonly complete?: boolean;
  readonly rules?: RuleSet;
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const ACCOUNT = 'test/files';

export async function startEngine(options: { databaseUrl: string; folder: string; zone?: string; overrides?: Partial<ActivityDeps> }) {
  const zone = options.zone ?? 'UTC';
  const database = await createDatabase({ url: options.databaseUrl, poolSizeMax: 6, applicationName: 'recon test' });
  const bulkPool = createBulkPool({ url: options.databaseUrl, poolSizeMax: 4 });
  let executions = 0;

  async function writeRows(name: string, rows: readonly object[]): Promise<string> {
    const text = rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
    const folder = join(options.folder, hash('sha256', text, 'hex').slice(0, 12));
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  /** One run of one day over the rows given now (and everything staged before). */
  async function runDay(day: EngineDay): Promise<DecisionManifest & { runId: string }> {
    const watermarkMs = Date.parse(day.asOf ?? '2100-01-01T00:00:00Z');
    const file = { account: ACCOUNT, zone, watermarkMs, complete: day.complete ?? true };
    const setup: AccountSetup = {
      account: ACCOUNT,
      processor: 'test',
      zone,
      reportingCurrency: 'USD',
      startDate: parseBusinessDate('2020-01-01'),
      fetchTaskQueue: 'recon',
      mayBeEmpty: false,
      trailingDays: 0,
      sourceDeadlineMs: 0,
      rules: day.rules ?? defaultRuleSet(),
      source: fileSource({ ...file, side: 'processor', paths: [await writeRows('processor.ndjson', day.processor)] }),
      internal: fileSource({ ...file, side: 'internal', paths: [await writeRows('internal.ndjson', day.internal)] }),
    };
    const activities = createActivities({
      database,
      bulkPool,
      accounts: new Map([[ACCOUNT, setup]]),
      outbox: {
        enqueueRun: async () => undefined,
        failRun: async () => undefined,
        publish: async () => ({ reportKey: '' }),
        deliver: async () => ({ sent: 0, failed: 0 }),
      },
      codeVersion: 'test',
      nowMs: () => watermarkMs,
      scope: () => ({ heartbeat: () => undefined, signal: new AbortController().signal }),
      checkpoint: async () => undefined,
      ...options.overrides,
    });
    executions += 1;
    const { runId } = await activities.openRun({
      account: ACCOUNT,
      date: day.date,
      trigger: 'try',
      policy: { retryInitialMs: 1, retryMaxMs: 1, heartbeatMs: 1_000 },
      workflowId: `reconcile/${ACCOUNT}/${day.date}`,
      temporalRunId: `test-${executions}`,
    });
    for (const side of ['processor', 'internal'] as const) {
      await activities.awaitSource({ runId, side });
      const batch = await activities.planFetch({ runId, side });
      for (const shard of batch.shards) await activities.fetchShard({ runId, side, batchId: batch.batchId, shard });
      await activities.completeBatch({ runId, side, batchId: batch.batchId });
    }
    return { ...(await activities.decideRun({ runId })), runId };
  }

  /** The latest verdict of every live row, by `side id`. */
  async function verdicts(): Promise<Record<string, string>> {
    const rows = await database.any(sql.type(z.object({ side: z.string(), id: z.string(), verdict: z.string() }))`
      select side, external_id as id, verdict from row_verdicts_now where account = ${ACCOUNT}`);
    return Object.fromEntries(rows.map((row) => [`${row.side} ${row.id}`, row.verdict]));
  }

  async function stop(): Promise<void> {
    await bulkPool.end();
    await database.end();
  }

  return { database, runDay, verdicts, stop };
}
