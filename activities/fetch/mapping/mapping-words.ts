// Decides what the words of a row mean: its kind, its status, its flags. A kind that the mapping does not list is handed
// on as the source wrote it, so that it is staged as unknown and enters the sums; other words must be listed.
import { DataError } from '../../../domain/data-error.ts';
import type { Kind } from '../../../domain/vocabulary.ts';
import { isKind } from '../row/contract-fields.ts';
import { quoted } from '../row/quoted.ts';
import { type ColumnFinder, cellAt } from './mapping-cells.ts';
import type { CurrencySpec, FlagSpec, KindSpec, Mapping } from './mapping-schema.ts';

export interface KindMeaning {
  /** What the contract's reader is given: a kind, or the source's own code. */
  readonly written: string;
  readonly kind: Kind;
  /** Its kind where it takes money away; null where that is the same. */
  readonly debitKind: Kind | null;
  /** credit, debit: it depends on the sign. */
  readonly reverses: boolean | 'credit' | 'debit';
}

type Cells = readonly string[];

/** What one side's cells say: fields of the contract's record, undefined where it says nothing. */
export type FieldsReader = (cells: Cells, currency: string, meaning: KindMeaning) => Record<string, unknown>;

export function kindReader(spec: KindSpec, find: ColumnFinder): (cells: Cells) => KindMeaning {
  if ('constant' in spec) {
    const constant = meant({ kind: spec.constant, reverses: false });
    return () => constant;
  }
  const at = find(spec.column);
  const known = new Map(Object.entries(spec.values).map(([code, meaning]) => [code, meant(meaning)]));
  const otherwise = spec.default === undefined ? null : meant(spec.default);
  return (cells) => {
    const code = cellAt(cells, at);
    const found = known.get(code) ?? otherwise;
    if (found !== null) return found;
    if (code === '') throw new DataError('kind', `is missing: ${quoted(spec.column)} is empty`);
    return { written: code, kind: isKind(code) ? code : 'other', debitKind: null, reverses: false };
  };
}

function meant(meaning: { kind: Kind; debit?: Kind | undefined; reverses: KindMeaning['reverses'] }): KindMeaning {
  const { kind, debit = null, reverses } = meaning;
  return { written: kind, kind, debitKind: debit, reverses };
}

/** The meaning once the amount is known. */
export function settledMeaning(meaning: KindMeaning, amount: bigint): KindMeaning {
  const { debitKind } = meaning;
  return debitKind === null || amount >= 0n ? meaning : { ...meaning, written: debitKind, kind: debitKind };
}

export function currencyReader(spec: CurrencySpec, find: ColumnFinder): (cells: Cells) => string {
  if ('constant' in spec) return () => spec.constant;
  const at = find(spec.column);
  const known = new Map(Object.entries(spec.values));
  return (cells) => {
    const code = cellAt(cells, at);
    return known.get(code) ?? code.toUpperCase();
  };
}

/** @throws DataError where the word is not listed and there is no default. */
export function wordReader<Value>(
  spec: { column: string; values: Readonly<Record<string, Value>>; default?: Value | undefined },
  field: string,
  find: ColumnFinder,
): (cells: Cells) => Value {
  const at = find(spec.column);
  const known = new Map(Object.entries(spec.values));
  return (cells) => {
    const word = cellAt(cells, at);
    const value = known.get(word) ?? spec.default;
    if (value !== undefined) return value;
    throw new DataError(
      field,
      `${quoted(word)} in ${quoted(spec.column)} is not listed in the mapping's ${field}.values`,
    );
  };
}

export function flagReader(spec: FlagSpec | undefined, field: string, find: ColumnFinder) {
  return spec === undefined ? null : wordReader(spec, field, find);
}

/** Null where only the sign would tell, and it is not known yet. */
export function reversesReader(mapping: Mapping, find: ColumnFinder) {
  const wordOf = flagReader(mapping.reverses, 'reverses', find);
  return (cells: Cells, meaning: KindMeaning, amount: bigint | null): boolean | null => {
    if (wordOf !== null) return wordOf(cells);
    if (typeof meaning.reverses === 'boolean') return meaning.reverses;
    if (amount === null) return null;
    return meaning.reverses === 'credit' ? amount > 0n : amount < 0n;
  };
}
