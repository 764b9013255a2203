// Says what the sides of a standing disagree about, field by field, with money as the caller writes it. Pure.
import type { Money } from '../../domain/money.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';

const MONEY_FIELDS: ReadonlySet<string> = new Set(['amount', 'fee']);

/** Money was compared in the record's currency; `write` says how it is written. */
export function differencesOf(
  { row }: ExplanationFacts,
  { differences, othersRows }: Standing,
  write: (money: Money) => string,
) {
  const currency = [row, ...othersRows].find(({ side }) => side === 'internal')?.currency ?? row.currency;
  const words = (field: string, value: string | null) =>
    value !== null && MONEY_FIELDS.has(field) ? write({ minor: BigInt(value), currency }) : value;
  return Object.entries(differences ?? {}).map(([field, [processor, internal]]) => ({
    field,
    processor: words(field, processor),
    internal: words(field, internal),
  }));
}
