// What a source of rows is, whichever side it is on. A source reads and normalises; it never stores, matches or retries
// for longer than one request: waiting is the workflow's.
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';

/** A part of a source that can be read on its own and resumed from a cursor that commits with its rows. */
export interface Shard {
  /** Stable name inside its batch, such as `2026-01-31T00:00Z/6h` or a file's name. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Identity of what stands in it, such as a file's name and SHA-256: the same content is staged once, whatever batch names it. */
  readonly contentKey?: string;
}

/** What a payout says that it paid out: an assignment, never a row of its own. */
export interface PayoutEntry {
  readonly payoutId: string;
  /** The id of the row that was paid out. */
  readonly externalId: string;
  readonly netMinor: bigint;
  readonly currency: string;
}

/** What the processor says that the account held at an instant, all of it: available, pending and reserved. */
export interface BalanceReading {
  readonly asOfMs: number;
  readonly currency: string;
  readonly totalMinor: bigint;
}

export interface QuarantinedRow {
  /** File name or the name of the API. */
  readonly source: string;
  /** Line in a file, id in an API. */
  readonly position: string;
  readonly reason: string;
}

/** What one request or one chunk of a file gave. `cursor` resumes right after it. */
export interface SourcePage<R extends ProcessorRow | InternalRow> {
  readonly rows: readonly R[];
  /** The rows' line numbers in their file, parallel to `rows`; null where there is no file. */
  readonly lines: readonly number[] | null;
  readonly quarantined: readonly QuarantinedRow[];
  readonly payoutEntries?: readonly PayoutEntry[];
  readonly cursor: string;
  readonly done: boolean;
}

/** An independent total that the source itself states over all rows of the shard, to compare with what was parsed. */
export interface SourceTotal {
  readonly currency: string;
  /** Of all rows, also of those that turned out unreadable. */
  readonly count: bigint;
  /** Null where unreadable rows are in it and it cannot be said in minor units. */
  readonly sumMinor: bigint | null;
}

export interface ReadRequest {
  readonly fromMs: number;
  readonly toMs: number;
  /** What the source has just said of itself: one that plans by its watermark need not ask again. */
  readonly watermarkMs?: number | null;
}

export interface SourcePlan {
  /** Identity of this read: the same key is never staged twice. Files: name and SHA-256. APIs: the run. */
  readonly sourceKey: string | null;
  readonly sourceName: string;
  readonly shards: readonly Shard[];
  /** What was fetched reaches to here when all shards are done. */
  readonly fetchedUntilMs: number;
  /** True where the source says of itself that it is complete even when it delivered no row. */
  readonly statesCompleteness: boolean;
  /** True where nobody states how far the rows reach: they are then believed up to the end of the last row's business day. */
  readonly reachesLastRow?: boolean;
  /** True where this read is the whole truth about the days it holds: rows that are not in it any more are withdrawn. */
  readonly snapshot?: boolean;
}

export interface Source<R extends ProcessorRow | InternalRow> {
  /** Name for people: `Stripe API`, the file's name, `shop database`. */
  readonly name: string;
  /** How far the source says it is complete, in epoch ms; null where it cannot say. Throws SourceError. */
  watermarkMs(signal: AbortSignal): Promise<number | null>;
  plan(request: ReadRequest, signal: AbortSignal): Promise<SourcePlan>;
  /** Pages of one shard from the cursor (null: from its start). Bounded memory: one page at a time. */
  read(shard: Shard, cursor: string | null, signal: AbortSignal): AsyncIterable<SourcePage<R>>;
  /** The source's own totals of the last complete read of the shard, where it can state them from the same snapshot. */
  totals?(shard: Shard): readonly SourceTotal[];
  /** The processor's own balances at or after `asOfMs`, an independent control over what it listed. Throws SourceError. */
  balances?(asOfMs: number, signal: AbortSignal): Promise<readonly BalanceReading[]>;
  /** Checks that the source answers and what it allows; for `doctor`. Throws SourceError with the next step. */
  probe(signal: AbortSignal): Promise<{ detail: string }>;
}
