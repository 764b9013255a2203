// Stages one page: rows, identity, versions, totals and the shard's cursor in one transaction.
// Idempotent by (batch, shard, cursor): a page that commits twice adds nothing, because its rows are repeats by then.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Manifest, type ManifestEntry } from '../../domain/control-totals.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { readSql } from '../../sql/sql-file.ts';
import { Fenced, InvariantViolated, RunClosed } from '../errors.ts';
import type { SourcePage } from '../fetch/source.ts';
import { assignEntries, assignRows, type RowsMode } from './assign-payouts.ts';
import {
  INTERNAL_STAGE_COLUMNS,
  internalCopyLine,
  PROCESSOR_STAGE_COLUMNS,
  processorCopyLine,
  REFERENCE_STAGE_COLUMNS,
  referenceCopyLines,
} from './copy-text.ts';
import { recordSnapshotRows } from './record-snapshot-rows.ts';
import { insertRows, recordTotals, resolvedTotals, type StagedTotal } from './stage-statements.ts';

export interface StageTarget {
  readonly runId: bigint;
  readonly batchId: bigint;
  readonly accountId: number;
  readonly side: Side;
  readonly shard: string;
  readonly runDate: string;
  /** The claim on the shard: an older attempt is fenced off. */
  readonly attempt: number;
  /** The read is the whole truth about the days it holds: which rows it delivered is kept until it is finished. */
  readonly snapshot?: boolean;
}

export async function stagePage(
  pool: Pool,
  target: StageTarget,
  page: SourcePage<ProcessorRow | InternalRow>,
): Promise<void> {
  const client = await pool.connect();
  let failure: unknown;
  try {
    await client.query('begin');
    await claim(client, target, page);
    const manifest = await copyRows(client, target.side, page);
    const staged = page.rows.length > 0 ? await settleIdentity(client, target, page, manifest.entries()) : null;
    if (staged !== null && target.snapshot === true) await recordSnapshotRows(client, target);
    await insertQuarantined(client, target, page);
    // Last, so that whoever waits for another read's assignments holds nothing that the other one waits for.
    if (staged !== null && page.rows.some(namesPayout)) await assignRows(client, target, staged);
    await assignEntries(client, target, page.payoutEntries ?? []);
    await client.query('commit');
  } catch (error) {
    failure = error;
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    // A connection that failed is not given back: its temp tables may be in any state.
    client.release(failure !== undefined);
  }
}

async function claim(
  client: PoolClient,
  target: StageTarget,
  page: SourcePage<ProcessorRow | InternalRow>,
): Promise<void> {
  const run = await client.query<{ status: string }>(
    'select status from reconciliation_runs where run_id = $1 for share',
    [target.runId],
  );
  const status = run.rows[0]?.status ?? 'gone';
  if (status !== 'running') throw new RunClosed(String(target.runId), status);
  const shard = await client.query<{ attempt: number }>(
    `update fetch_shards
     set cursor = case when attempt = $3 then $4 else cursor end,
         done = case when attempt = $3 then $5 else done end,
         pages = pages + 1, row_count = row_count + $6, quarantined_count = quarantined_count + $7,
         reference_count = reference_count + $8
     where batch_id = $1 and shard = $2 returning attempt`,
    [
      target.batchId,
      target.shard,
      target.attempt,
      page.cursor,
      page.done,
      page.rows.length,
      page.quarantined.length,
      references(page),
    ],
  );
  const current = shard.rows[0]?.attempt ?? 0;
  if (current !== target.attempt) throw new Fenced(String(target.runId), target.attempt, current);
}

function references(page: SourcePage<ProcessorRow | InternalRow>): number {
  return page.rows.reduce((sum, row) => sum + ('references' in row ? row.references.length : 0), 0);
}

function namesPayout(row: ProcessorRow | InternalRow): boolean {
  return 'payoutId' in row && row.payoutId !== null;
}

async function copyRows(
  client: PoolClient,
  side: Side,
  page: SourcePage<ProcessorRow | InternalRow>,
): Promise<Manifest> {
  const manifest = new Manifest(side);
  if (page.rows.length === 0) return manifest;
  let references = 0;
  for (const row of page.rows) {
    manifest.add(row);
    if ('references' in row) references += row.references.length;
  }
  const columns = side === 'processor' ? PROCESSOR_STAGE_COLUMNS : INTERNAL_STAGE_COLUMNS;
  await copyText(client, `copy stage_${side} (${columns}) from stdin`, page, copyLine);
  if (references > 0) {
    await copyText(client, `copy stage_references (${REFERENCE_STAGE_COLUMNS}) from stdin`, page, referenceLines);
  }
  return manifest;
}

type LineWriter = (row: ProcessorRow | InternalRow, ord: number, line: number | null) => string;

const copyLine: LineWriter = (row, ord, line) =>
  'grossMinor' in row ? processorCopyLine(row, ord, line) : internalCopyLine(row, ord, line);
const referenceLines: LineWriter = (row, ord) => ('references' in row ? referenceCopyLines(row, ord) : '');

// Chunks of about 64 KiB: one write a row costs more than the row. Written as they are taken: text that waits is copied
// by every collection of the young generation.
const COPY_CHUNK_ROWS = 256;

async function copyText(
  client: PoolClient,
  statement: string,
  page: SourcePage<ProcessorRow | InternalRow>,
  write: LineWriter,
): Promise<void> {
  const chunks = function* (): Generator<string> {
    let text = '';
    for (const [ord, row] of page.rows.entries()) {
      text += write(row, ord, page.lines?.[ord] ?? null);
      if ((ord + 1) % COPY_CHUNK_ROWS === 0) {
        if (text !== '') yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  };
  await pipeline(Readable.from(chunks()), client.query(copyFrom(statement)));
}

async function settleIdentity(
  client: PoolClient,
  target: StageTarget,
  page: SourcePage<ProcessorRow | InternalRow>,
  manifest: readonly ManifestEntry[],
): Promise<RowsMode> {
  const stage = `stage_${target.side}`;
  if (await insertNewIds(client, target, stage)) {
    await insertRows(client, target, 'all_new');
    await recordTotals(
      client,
      target,
      manifest.map((entry) => ({ ...entry, disposition: 'new' as const })),
    );
    return 'all_new';
  }
  await client.query(readSql('staging/resolve.sql', { stage, rows: `${target.side}_transactions` }), [
    target.accountId,
    target.side,
    target.batchId,
    target.snapshot === true,
  ]);
  const totals = await resolvedTotals(client, target.side);
  assertSameRows(manifest, totals);
  await ensureFirstMonths(client, page, totals);
  await insertRows(client, target, 'resolved');
  await recordTotals(client, target, totals);
  await reportSuperseded(client, target, page);
  return 'resolved';
}

/** An id keeps the date that it came with first: of another month than the page's, perhaps one that was purged since. */
async function ensureFirstMonths(
  client: PoolClient,
  page: SourcePage<ProcessorRow | InternalRow>,
  totals: readonly StagedTotal[],
): Promise<void> {
  const months = new Set<string>(page.rows.map(({ homeDate }) => homeDate.slice(0, 7)));
  for (const { homeDate } of totals) {
    const month = homeDate.slice(0, 7);
    if (months.has(month)) continue;
    await client.query('select ensure_partitions($1, $1)', [homeDate]);
    months.add(month);
  }
}

const UNIQUE_VIOLATION = '23505';

/**
 * Gives every staged id its identity. True: all were new. Most pages are, so the plain insert is tried first: it looks
 * into the index once, where `on conflict` looks twice.
 */
async function insertNewIds(client: PoolClient, target: StageTarget, stage: string): Promise<boolean> {
  const insert = `insert into transaction_ids (account_id, side, external_id, row_id, home_date)
     select $1, $2, external_id, row_id, home_date from ${stage} order by`;
  const values = [target.accountId, target.side];
  await client.query('savepoint identity');
  try {
    await client.query(`${insert} external_id`, values);
    return true;
  } catch (error) {
    if (!(types.isNativeError(error) && 'code' in error && error.code === UNIQUE_VIOLATION)) throw error;
    await client.query('rollback to savepoint identity');
  }
  await client.query(`${insert} ord on conflict do nothing`, values);
  return false;
}

function assertSameRows(parsed: readonly ManifestEntry[], staged: readonly ManifestEntry[]): void {
  const sum = (entries: readonly ManifestEntry[]) =>
    entries.reduce(
      (total, entry) => ({
        count: total.count + entry.count,
        money: total.money + entry.creditsMinor - entry.debitsMinor,
        digest: total.digest + entry.digest,
      }),
      { count: 0, money: 0n, digest: 0n },
    );
  const [before, after] = [sum(parsed), sum(staged)];
  if (before.count === after.count && before.money === after.money && before.digest === after.digest) return;
  throw new InvariantViolated('staged rows differ from parsed rows', [
    `parsed ${before.count} rows, staged ${after.count}`,
    `digest ${before.digest} parsed, ${after.digest} staged`,
  ]);
}

// An id twice in one file: the last one counts, an earlier one that said something else is reported, be it in this page or
// the version that an earlier page of the same file made.
async function reportSuperseded(
  client: PoolClient,
  target: StageTarget,
  page: SourcePage<ProcessorRow | InternalRow>,
): Promise<void> {
  if (page.lines === null) return;
  await client.query(
    `insert into quarantined_rows (batch_id, account_id, side, source, position, reason, business_date, superseded)
     select $1, $2, $3, o.source, o.line::text, 'the same id stands again in line ' || o.later || ': the later one counts', $5, true
     from (
       select $4 as source, s.line, r.superseded_by_line as later
       from stage_resolved r join stage_${target.side} s using (ord)
       where r.superseded_by_line is not null and r.changed
       union all
       select b.source_name, v.line, s.line
       from stage_resolved r join stage_${target.side} s using (ord) join batches b on b.batch_id = $1
       join ${target.side}_transactions v on v.home_date = r.home_date and v.row_id = r.row_id and v.version = r.version - 1
       where r.disposition = 'version' and v.batch_id = $1
     ) o
     on conflict do nothing`,
    [target.batchId, target.accountId, target.side, target.shard, target.runDate],
  );
}

async function insertQuarantined(
  client: PoolClient,
  target: StageTarget,
  page: SourcePage<ProcessorRow | InternalRow>,
): Promise<void> {
  if (page.quarantined.length === 0) return;
  await client.query(
    `insert into quarantined_rows (batch_id, account_id, side, source, position, reason, business_date)
     select $1, $2, $3, q.source, q.position, q.reason, $7
     from unnest($4::text[], $5::text[], $6::text[]) as q (source, position, reason)
     on conflict do nothing`,
    [
      target.batchId,
      target.accountId,
      target.side,
      page.quarantined.map((row) => row.source),
      page.quarantined.map((row) => row.position),
      page.quarantined.map((row) => row.reason),
      target.runDate,
    ],
  );
}
