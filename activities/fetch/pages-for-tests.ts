// Reads a source to its end in tests, as an activity would: every shard, every page, through the projection, optionally from a
// cursor.
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import { protectPage } from './row/protect-page.ts';
import type { QuarantinedRow, ReadRequest, Source, SourcePage } from './source.ts';

export const NEVER_ABORTED = new AbortController().signal;

export interface AllPages<R extends ProcessorRow | InternalRow> {
  readonly pages: readonly SourcePage<R>[];
  readonly rows: readonly R[];
  readonly lines: readonly number[];
  readonly quarantined: readonly QuarantinedRow[];
}

export async function readAll<R extends ProcessorRow | InternalRow>(
  source: Source<R>,
  request: ReadRequest = { fromMs: 0, toMs: 1 },
  cursor: string | null = null,
): Promise<AllPages<R>> {
  const pages: SourcePage<R>[] = [];
  for (const shard of (await source.plan(request, NEVER_ABORTED)).shards) {
    for await (const page of source.read(shard, cursor, NEVER_ABORTED)) {
      pages.push(protectPage(page, null, shard.name).page);
    }
  }
  return {
    pages,
    rows: pages.flatMap((page) => page.rows),
    lines: pages.flatMap((page) => page.lines ?? []),
    quarantined: pages.flatMap((page) => page.quarantined),
  };
}
