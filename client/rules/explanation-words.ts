// Small words that explanations are made of: rows, keys, sides and durations as an operator names them. Pure.
import { foreignText, kindWords, processorWords } from '../../activities/report/run-words.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { ExplainedRow, RowKey } from '../database/read-explained-rows.ts';
import type { ExplanationFacts } from '../database/read-explanation.ts';
import type { StoredRules } from './stored-rules.ts';

const ID_CHARS_MAX = 60;
const NAMES_MAX = 6;

export function idWords(row: ExplainedRow): string {
  return foreignText(row.id, ID_CHARS_MAX);
}

/** "a, b and 3 more" */
export function listWords(words: readonly string[]): string {
  if (words.length > NAMES_MAX) return `${words.slice(0, NAMES_MAX).join(', ')} and ${words.length - NAMES_MAX} more`;
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

export function idsWords(rows: readonly ExplainedRow[]): string {
  return listWords(rows.map(idWords));
}

/** "processor id ch_1" */
export function keyWords({ type, value }: RowKey): string {
  return `${type.replaceAll('_', ' ')} ${foreignText(value, ID_CHARS_MAX)}`;
}

/** Where rows of this side are, in the middle of a sentence. */
export function inSide({ processorName }: ExplanationFacts, side: Side): string {
  return side === 'internal' ? 'in your records' : `at ${processorWords(processorName)}`;
}

export function moneyOf(row: Pick<ExplainedRow, 'amountMinor' | 'currency'>): string {
  return formatForPeople({ minor: row.amountMinor, currency: row.currency });
}

/** "a payment of 100.00 USD" */
export function whatWords(row: ExplainedRow): string {
  if (row.kind === 'other') return `a row of no known kind with ${moneyOf(row)}`;
  const kind = kindWords(row.kind).toLowerCase();
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} of ${moneyOf(row)}`;
}

export function otherSide(side: Side): Side {
  return side === 'processor' ? 'internal' : 'processor';
}

export interface Compared {
  readonly currency: string;
  readonly minor: bigint;
}

/** What is compared of the one with the other: what the customer paid, where that is in the record's currency. */
export function comparedOf(one: ExplainedRow, other: ExplainedRow): Compared {
  const presented = one.presentmentCurrency !== null && one.presentmentCurrency === other.currency;
  return presented && one.presentmentMinor !== null
    ? { currency: other.currency, minor: one.presentmentMinor }
    : { currency: one.currency, minor: one.amountMinor };
}

/** How long a partner of this kind may take, under these rules. */
export function timingOf(rules: StoredRules, { kind }: ExplainedRow): number {
  return rules.timing[kind] ?? rules.timing.default ?? 0;
}
