// A source whose pages are written down: for tests of what stages pages, where and how often a read may break, and what the
// source itself claims about its rows.
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import { SourceUnavailable } from '../errors.ts';
import { readInternalRow } from '../fetch/row/internal-row.ts';
import { readProcessorRow } from '../fetch/row/processor-row.ts';
import { rowContext } from '../fetch/row/row-context.ts';
import type { QuarantinedRow, Shard, Source, SourceTotal } from '../fetch/source.ts';
import type { SituationRow } from '../reconcile/situations-for-tests.ts';

export interface Script<R> {
  /** Pages by shard name. */
  readonly shards: Readonly<Record<string, readonly (readonly R[])[]>>;
  readonly quarantined?: readonly QuarantinedRow[];
  /** Identity of the read; null as an API has it: the run's own. */
  readonly sourceKey?: string | null;
  readonly totals?: (shard: Shard) => readonly SourceTotal[];
  readonly watermarkMs?: number | null;
  readonly statesCompleteness?: boolean;
  /** Identity of what stands in a shard, by its name. */
  readonly contentKeys?: Readonly<Record<string, string>>;
  readonly reachesLastRow?: boolean;
  readonly snapshot?: boolean;
  readonly balances?: Source<ProcessorRow>['balances'];
}

const FAR_FUTURE_MS = Date.parse('2100-01-01T00:00:00Z');

/** `breakBefore('name', 1)`: the next read of that shard breaks instead of giving its second page. */
export type ScriptedSource<R extends ProcessorRow | InternalRow> = Source<R> & {
  breakBefore(shard: string, page: number): void;
  /** Cursors from which shards were read, in order. */
  readonly reads: string[];
};

export function scriptedSource<R extends ProcessorRow | InternalRow>(script: Script<R>): ScriptedSource<R> {
  const breaks = new Map<string, number>();
  const reads: string[] = [];
  const { totals, balances, contentKeys = {} } = script;
  return {
    name: 'scripted',
    reads,
    breakBefore: (shard, page) => void breaks.set(shard, page),
    watermarkMs: async () => (script.watermarkMs === undefined ? FAR_FUTURE_MS : script.watermarkMs),
    plan: async ({ fromMs, toMs }) => ({
      sourceKey: script.sourceKey ?? null,
      sourceName: 'scripted',
      shards: Object.keys(script.shards).map((name) => {
        const contentKey = contentKeys[name];
        return { name, fromMs, toMs, ...(contentKey === undefined ? {} : { contentKey }) };
      }),
      fetchedUntilMs: toMs,
      statesCompleteness: script.statesCompleteness ?? true,
      reachesLastRow: script.reachesLastRow ?? false,
      snapshot: script.snapshot ?? false,
    }),
    async *read(shard, cursor) {
      reads.push(`${shard.name} from ${cursor ?? 'the start'}`);
      const pages = script.shards[shard.name] ?? [];
      const breakAt = breaks.get(shard.name);
      breaks.delete(shard.name);
      for (let page = Number(cursor ?? 0); page < pages.length; page += 1) {
        if (page === breakAt) throw new SourceUnavailable('scripted', 'broke off');
        const quarantined = page === 0 ? (script.quarantined ?? []) : [];
        yield {
          rows: pages[page] ?? [],
          lines: null,
          quarantined,
          cursor: String(page + 1),
          done: page === pages.length - 1,
        };
      }
    },
    probe: async () => ({ detail: 'scripted' }),
    ...(totals === undefined ? {} : { totals }),
    ...(balances === undefined ? {} : { balances }),
  };
}

export function processorRows(rows: readonly SituationRow[], account = 'test/scripted', zone = 'UTC'): ProcessorRow[] {
  return rows.map((row) => readProcessorRow(row.record, rowContext(account, zone)));
}

export function internalRows(rows: readonly SituationRow[], account = 'test/scripted'): InternalRow[] {
  return rows.map((row) => readInternalRow(row.record, rowContext(account, 'UTC')));
}
