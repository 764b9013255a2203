// A row as the second opinion sees it: what was said of it and when, its keys, and what it undoes. Shares no code with the SQL.
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';

export type Facts = ProcessorRow | InternalRow;

/** One row of either side with all that was ever said about it. */
export interface OracleRow<F extends Facts = Facts> {
  readonly key: string;
  readonly isProcessor: boolean;
  readonly homeDate: string;
  readonly versions: { readonly facts: F; introducedBy: number | null }[];
  /** What counts now: the newest version that a run has introduced. */
  facts: F;
  /** The run that introduced it. */
  introducedBy: number;
}
export type P = OracleRow<ProcessorRow>;
export type I = OracleRow<InternalRow>;

export type KeyType = 'processor_id' | 'merchant_reference';
export const KEY_TYPES = ['processor_id', 'merchant_reference'] as const;

export interface Key {
  readonly type: KeyType;
  readonly value: string;
}

export interface Money {
  readonly currency: string;
  readonly minor: bigint;
}

/** Rows that explain each other: two of one side each, more of them, or one alone. */
export interface OracleGroup {
  readonly members: readonly OracleRow[];
  readonly rule: string;
  readonly verdict: string;
  readonly decidedBy: number;
  isLive: boolean;
}

export function isP(row: OracleRow): row is P {
  return row.isProcessor;
}

export function isI(row: OracleRow): row is I {
  return !row.isProcessor;
}

export function amountOf(facts: Facts): bigint {
  return 'grossMinor' in facts ? facts.grossMinor : facts.amountMinor;
}

/** The ids by which the processor knows the movement, as far as this row says. */
export function processorIdsOf({ facts }: OracleRow): string[] {
  if (!('references' in facts)) return facts.processorReference === null ? [] : [facts.processorReference];
  const further = facts.references.filter((reference) => reference.type === 'processor_id');
  return [...new Set([facts.externalId, ...further.map((reference) => reference.value)])];
}

export function keysOf(row: OracleRow): Key[] {
  const order = row.facts.merchantReference;
  return [
    ...processorIdsOf(row).map((value): Key => ({ type: 'processor_id', value })),
    ...(order === null ? [] : [{ type: 'merchant_reference', value: order } satisfies Key]),
  ];
}

export function nameOf({ type, value }: Key): string {
  return `${type} ${value}`;
}

/** A reversal that moved no money undid nothing. */
export function isReversal({ facts }: OracleRow): boolean {
  return facts.reverses && facts.movesBalance && facts.status !== 'void';
}

/** A row of its own kind that the reversal may undo: its parent, or one of the same parent. */
export function mayUndo(reversal: OracleRow, row: OracleRow): boolean {
  const parent = reversal.facts.parentId;
  if (parent === null || reversal === row || reversal.isProcessor !== row.isProcessor) return false;
  const ids = row.isProcessor ? processorIdsOf(row) : [row.facts.externalId];
  return reversal.facts.kind === row.facts.kind && (ids.includes(parent) || row.facts.parentId === parent);
}

export function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
