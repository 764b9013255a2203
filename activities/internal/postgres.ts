// The company's own records by a query in the configuration (columns by the file contract's names; $1 and $2 are the
// window's start and end, $3 the account). Reads one snapshot; never writes, never sees columns of other names.
import type { InternalRow } from '../../domain/transaction.ts';
import { AuthRejected, SourceRejected } from '../errors.ts';
import { readInstantMs } from '../fetch/row/instant.ts';
import { rowContext } from '../fetch/row/row-context.ts';
import type { Shard, Source, SourcePage, SourceTotal } from '../fetch/source.ts';
import { oneRow } from './contract-query.ts';
import { TYPE } from './query-columns.ts';
import { Snapshot } from './snapshot.ts';
import { describeColumns, snapshotPages, statedTotals } from './snapshot-pages.ts';

export interface InternalPostgresOptions {
  readonly account: string;
  /** A read-only login's. `fresh`: the last one was refused, so that a cached copy will not do. */
  readonly url: (want: { readonly fresh: boolean }) => Promise<string> | string;
  readonly query: string;
  /** One timestamptz: how far the records are complete. */
  readonly watermarkQuery?: string | undefined;
  readonly zone: string;
  readonly pageRows?: number;
  readonly statementTimeoutMs: number;
  readonly now?: () => number;
}

const SOURCE = 'internal database';
const PAGE_ROWS = 5_000;

/**
 * A snapshot ends with its connection, so that a killed read cannot go on: with a cursor it starts again from the
 * beginning, and rows that were stored before come as what they are, repeats.
 */
export function internalPostgresSource(options: InternalPostgresOptions): Source<InternalRow> {
  const now = options.now ?? Date.now;
  const totals = new WeakMap<Shard, readonly SourceTotal[]>();
  return {
    name: SOURCE,
    watermarkMs: (signal) => inSnapshot(options, signal, (snapshot) => watermark(options, snapshot)),
    plan: async ({ fromMs, toMs }) => ({
      sourceKey: null,
      sourceName: SOURCE,
      shards: [{ name: `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`, fromMs, toMs }],
      // What has not happened yet is not in a database that people work on.
      fetchedUntilMs: Math.min(toMs, now()),
      statesCompleteness: false,
    }),
    read: (shard, _cursor, signal) => readWindow(options, shard, signal, (stated) => totals.set(shard, stated)),
    totals: (shard) => {
      const stated = totals.get(shard);
      if (stated === undefined) throw new RangeError(`${SOURCE}: ${shard.name} has no totals before it was read`);
      return stated;
    },
    probe: (signal) => inSnapshot(options, signal, (snapshot) => probe(options, snapshot)),
  };
}

async function* readWindow(
  options: InternalPostgresOptions,
  shard: Shard,
  signal: AbortSignal,
  state: (totals: readonly SourceTotal[]) => void,
): AsyncGenerator<SourcePage<InternalRow>> {
  const { account, zone, query, pageRows = PAGE_ROWS } = options;
  const values = [new Date(shard.fromMs).toISOString(), new Date(shard.toMs).toISOString(), account];
  const snapshot = await openSnapshot(options, signal);
  try {
    const columns = await describeColumns(snapshot, query, values, SOURCE);
    state(await statedTotals(snapshot, query, values));
    yield* snapshotPages(snapshot, { query, columns, values, pageRows, source: SOURCE }, rowContext(account, zone));
  } finally {
    await snapshot.close();
  }
}

async function watermark(options: InternalPostgresOptions, snapshot: Snapshot): Promise<number | null> {
  if (options.watermarkQuery === undefined) return null;
  const { rows, fields } = await snapshot.query(oneRow(options.watermarkQuery), [null, null, options.account]);
  const [field] = fields;
  if (fields.length !== 1 || rows.length > 1 || field?.dataTypeID !== TYPE.timestamptz) {
    throw new SourceRejected(SOURCE, 'its watermark query must give one timestamptz in one row');
  }
  const text = rows[0]?.[0] ?? null;
  if (text === null) return null;
  try {
    return readInstantMs(text.replace(/\+00$/, 'Z'), 'its watermark');
  } catch (cause) {
    throw new SourceRejected(SOURCE, 'its watermark is not a moment of this century', { cause });
  }
}

async function probe(options: InternalPostgresOptions, snapshot: Snapshot): Promise<{ detail: string }> {
  const columns = await describeColumns(snapshot, options.query, [null, null, options.account], SOURCE);
  const { rows } = await snapshot.query('show server_version');
  const reaches = await watermark(options, snapshot);
  const complete =
    reaches === null ? 'it does not say how far it is complete' : `complete to ${new Date(reaches).toISOString()}`;
  return { detail: `PostgreSQL ${rows[0]?.[0] ?? ''} answers, ${columns.length} columns of the contract, ${complete}` };
}

async function inSnapshot<T>(
  options: InternalPostgresOptions,
  signal: AbortSignal,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const snapshot = await openSnapshot(options, signal);
  try {
    return await work(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** A login that was replaced meanwhile is fetched again, once. */
async function openSnapshot(
  { url, statementTimeoutMs }: InternalPostgresOptions,
  signal: AbortSignal,
): Promise<Snapshot> {
  const caller = { source: SOURCE, statementTimeoutMs };
  const current = await url({ fresh: false });
  try {
    return await Snapshot.open({ url: current, caller }, signal);
  } catch (error) {
    if (!(error instanceof AuthRejected)) throw error;
    const renewed = await url({ fresh: true });
    if (renewed === current) throw error;
    return await Snapshot.open({ url: renewed, caller }, signal);
  }
}
