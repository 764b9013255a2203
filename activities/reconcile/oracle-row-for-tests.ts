// A row as the second opinion sees it, and which keys it shares with another. Shares no code with the SQL.
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
export function processorIdsOf(facts: Facts): string[] {
  if (!('references' in facts)) return facts.processorReference === null ? [] : [facts.processorReference];
  const further = facts.references.filter((reference) => reference.type === 'processor_id');
  return [facts.externalId, ...further.map((reference) => reference.value)];
}

export function sharesOrder(a: OracleRow, b: OracleRow): boolean {
  return a.facts.merchantReference !== null && a.facts.merchantReference === b.facts.merchantReference;
}

export function shareKey(a: OracleRow, b: OracleRow): boolean {
  return sharesOrder(a, b) || processorIdsOf(a.facts).some((id) => processorIdsOf(b.facts).includes(id));
}
