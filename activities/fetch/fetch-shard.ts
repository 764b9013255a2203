// Reads one shard of a source into the stage, page by page: idempotent by (batch, shard, cursor). Progress commits with
// the rows, so a killed worker reads at most one page again; heartbeats only say that somebody is alive.
import type { Pool } from 'pg';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { ShardManifest } from '../../workflows/contracts.ts';
import { type AccountSetup, sourceOf } from '../accounts.ts';
import { InvariantViolated, RunClosed, ShardTaken } from '../errors.ts';
import type { RunRow } from '../reconcile/run-context.ts';
import { type StageTarget, stagePage } from '../stage/stage-page.ts';
import { PERSONAL_NAMES, type ProtectedPage, protectPage, type Tokenise } from './row/protect-page.ts';
import type { Shard, Source, SourcePage, SourceTotal } from './source.ts';

export interface FetchDeps {
  readonly database: DatabasePool;
  readonly bulkPool: Pool;
  readonly heartbeat: (details: { pages: number; rows: number }) => void;
  readonly signal: AbortSignal;
  /** Null where no key is configured: rows that hold personal data are then quarantined. */
  readonly tokenise: Tokenise | null;
  readonly checkpoint: (name: 'after_page') => Promise<void>;
}

export interface FetchTarget {
  readonly setup: AccountSetup;
  readonly run: RunRow;
  readonly side: 'processor' | 'internal';
  readonly batchId: bigint;
  readonly shard: string;
}

const PAGES_MAX = 1_000_000;
const TAKEN_RETRY_MS = 2_000;

const claimedShard = z.object({
  from_ms: z.bigint(),
  to_ms: z.bigint(),
  attempt: z.number(),
  cursor: z.string().nullable(),
  done: z.boolean(),
  pages: z.number(),
  row_count: z.bigint(),
  quarantined_count: z.bigint(),
  content_key: z.string().nullable(),
  snapshot: z.boolean(),
});

export async function fetchShard(deps: FetchDeps, target: FetchTarget): Promise<ShardManifest> {
  const { setup, run, side, batchId } = target;
  if (run.status !== 'running') throw new RunClosed(String(run.run_id), run.status);
  const claimed = await deps.database.maybeOne(sql.type(claimedShard)`
    update fetch_shards s set attempt = attempt + 1, claimed_by = ${run.run_id}
    where batch_id = ${batchId} and shard = ${target.shard}
      and (s.done or s.claimed_by is null or s.claimed_by = ${run.run_id}
        or not exists (select 1 from reconciliation_runs r where r.run_id = s.claimed_by and r.status = 'running'))
    returning from_ms, to_ms, attempt, cursor, done, pages, row_count, quarantined_count, content_key,
      (select b.snapshot from batches b where b.batch_id = s.batch_id) as snapshot`);
  if (claimed === null) throw new ShardTaken(target.shard, TAKEN_RETRY_MS);
  const shard: Shard = {
    name: target.shard,
    fromMs: Number(claimed.from_ms),
    toMs: Number(claimed.to_ms),
    ...(claimed.content_key === null ? {} : { contentKey: claimed.content_key }),
  };
  const manifest = {
    rows: Number(claimed.row_count),
    quarantined: Number(claimed.quarantined_count),
    pages: claimed.pages,
  };
  if (claimed.done) return manifest;
  const stage: StageTarget = {
    runId: run.run_id,
    batchId,
    accountId: run.account_id,
    side,
    shard: shard.name,
    runDate: run.run_date,
    attempt: claimed.attempt,
    snapshot: claimed.snapshot,
  };
  const source: Source<ProcessorRow | InternalRow> = sourceOf(setup, side);
  const months = new Set<string>();
  const seen = new SourceTally();
  for await (const read of source.read(shard, claimed.cursor, deps.signal)) {
    const { page, found } = protectPage(read, deps.tokenise, read.lines === null ? source.name : shard.name);
    if (found.size > 0) await recordPersonalData(deps, run, shard.name, found);
    await ensurePartitions(deps.database, page, months);
    await stagePage(deps.bulkPool, stage, page);
    seen.add(page);
    manifest.rows += page.rows.length;
    manifest.quarantined += page.quarantined.length;
    manifest.pages += 1;
    if (manifest.pages > PAGES_MAX)
      throw new RangeError(`${source.name}: more than ${PAGES_MAX} pages in ${shard.name}`);
    await deps.checkpoint('after_page');
    deps.heartbeat({ pages: manifest.pages, rows: manifest.rows });
  }
  const totals = source.totals?.(shard);
  if (totals !== undefined) seen.compare(source.name, totals);
  return manifest;
}

// Before the page commits: told twice rather than never.
async function recordPersonalData(
  { database, tokenise }: FetchDeps,
  run: RunRow,
  shard: string,
  found: ProtectedPage<never>['found'],
): Promise<void> {
  const rows = [...found].map(([kind, count]) => `${count} with ${PERSONAL_NAMES[kind]}`).join(', ');
  const done = tokenise === null ? 'quarantined' : 'turned into tokens';
  await database.query(sql.unsafe`
    insert into data_quality_checks (run_id, name, passed, detail)
    values (${run.run_id}, 'personal data', false, ${`${shard}: ${rows} in a reference, ${done}`})`);
}

async function ensurePartitions(
  database: DatabasePool,
  page: SourcePage<ProcessorRow | InternalRow>,
  months: Set<string>,
): Promise<void> {
  for (const row of page.rows) {
    const month = row.homeDate.slice(0, 7);
    if (months.has(month)) continue;
    await database.query(sql.unsafe`select ensure_partitions(${row.homeDate}::date, ${row.homeDate}::date)`);
    months.add(month);
  }
}

/** What arrived, in the terms in which a source can state its own total. */
class SourceTally {
  readonly #sums = new Map<string, bigint>();
  #count = 0n;
  #unreadable = 0n;

  add(page: SourcePage<ProcessorRow | InternalRow>): void {
    this.#unreadable += BigInt(page.quarantined.length);
    for (const row of page.rows) {
      const amount = 'grossMinor' in row ? row.grossMinor : row.amountMinor;
      this.#count += 1n;
      this.#sums.set(row.currency, (this.#sums.get(row.currency) ?? 0n) + amount);
    }
  }

  // Money of unreadable rows is unknown: with any of them only the count can be compared.
  compare(source: string, totals: readonly SourceTotal[]): void {
    const diagnostics: string[] = [];
    const stated = totals.reduce((sum, total) => sum + total.count, 0n);
    const arrived = this.#count + this.#unreadable;
    if (stated !== arrived) diagnostics.push(`${source} counts ${stated} rows, ${arrived} arrived`);
    if (this.#unreadable === 0n) {
      for (const total of totals) {
        const sum = this.#sums.get(total.currency) ?? 0n;
        if (sum !== total.sumMinor) diagnostics.push(`${source} states another ${total.currency} sum than arrived`);
      }
    }
    if (diagnostics.length > 0)
      throw new InvariantViolated('the source states another total than arrived', diagnostics);
  }
}
