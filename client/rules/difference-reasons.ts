// Says what two sides disagree about, how far the rules would have allowed it, and what often causes it. Pure.
import { Decimal } from 'decimal.js';
import { processorWords } from '../../activities/report/run-words.ts';
import { formatForPeople } from '../../domain/money.ts';
import { fxBandOf } from '../../domain/rule-set-rates.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { comparedOf, idsWords, inSide } from './explanation-words.ts';
import type { StoredRules } from './stored-rules.ts';

const ORDER = ['currency', 'kind', 'amount', 'status', 'fee', 'fx'] as const;
// What happens when somebody takes cents for units, or counts decimals that a currency does not have.
const FACTORS: readonly bigint[] = [10n, 100n, 1_000n, 10_000n];

export function differenceReasons(facts: ExplanationFacts, standing: Standing): string[] {
  const fields = ORDER.filter((field) => standing.differences?.[field] !== undefined);
  if (fields.length === 0) return [];
  const rules = facts.runs.get(standing.decidedSeq)?.rules ?? null;
  const first = fields.length > 1 ? ` The verdict is the first of them: ${fields.slice(0, 1).map(fieldWords)}.` : '';
  const amounts = standing.differences?.amount ?? null;
  const isTolerated = standing.verdict === 'matched_tolerance';
  return [
    isTolerated
      ? 'Only the amounts differ, by no more than the rules allow.'
      : `They disagree about ${fields.map(fieldWords).join(', ')}.${first}`,
    ...(amounts === null ? [] : amountReasons(facts, standing, amounts, rules)),
    ...rateReasons(facts, standing, rules),
  ];
}

function fieldWords(field: (typeof ORDER)[number]): string {
  return field === 'fx' ? 'the exchange rate' : field;
}

function rateReasons(facts: ExplanationFacts, standing: Standing, rules: StoredRules | null): string[] {
  const [implied, reference] = standing.differences?.fx ?? [];
  const settled = [facts.row, ...standing.othersRows].find(({ side }) => side === 'processor')?.currency;
  const presented = recordCurrency(facts, standing);
  if (typeof implied !== 'string' || typeof reference !== 'string' || settled === undefined) return [];
  const band = rules === null ? '' : `, and ${bandWords(rules, presented, settled)}`;
  return [
    `${processorWords(facts.processorName)} made ${implied} ${settled} of one ${presented}; the reference rate of the rules is ${reference}${band}.`,
  ];
}

function bandWords(rules: StoredRules, presented: string, settled: string): string {
  const [pair, other] = [`${presented}/${settled}`, `${settled}/${presented}`];
  const isListed = Object.hasOwn(rules.referenceRates ?? {}, pair);
  return `they allow ${fxBandOf(rules, isListed ? pair : other)} percent either way`;
}

function amountReasons(
  facts: ExplanationFacts,
  standing: Standing,
  [processor, internal]: readonly [string | null, string | null],
  rules: StoredRules | null,
): string[] {
  if (processor === null || internal === null) return [];
  const currency = recordCurrency(facts, standing);
  const [one, other] = [BigInt(processor), BigInt(internal)];
  const found: string[] = [];
  const delta = formatForPeople({ minor: one - other, currency });
  const allowed = rules === null ? '' : `; the rules allow ${toleranceWords(rules, currency)}`;
  found.push(`${processorWords(facts.processorName)} minus your records is ${delta}${allowed}.`);
  const factor = FACTORS.find((each) => one === other * each || other === one * each);
  if (factor !== undefined && one !== 0n)
    found.push(
      `One is exactly ${factor} times the other: one side may count decimals that the currency does not have.`,
    );
  if (one === -other) found.push('They differ only in their sign: one side may book it the other way round.');
  return [...found, ...sumHint(facts, standing, rules)];
}

function recordCurrency({ row }: ExplanationFacts, { othersRows }: Standing): string {
  return [row, ...othersRows].find(({ side }) => side === 'internal')?.currency ?? row.currency;
}

/** "no difference in USD", or what they do allow. */
export function toleranceWords(rules: StoredRules, currency: string): string {
  const { absolute = 0, percent, cap } = rules.tolerance[currency] ?? rules.tolerance.default ?? {};
  const fixed = new Decimal(absolute).isZero() ? [] : [`${absolute} ${currency}`];
  const share =
    percent === undefined || new Decimal(percent).isZero()
      ? []
      : [`${percent} percent${cap === undefined ? '' : `, at most ${cap} ${currency}`}`];
  const allowed = [...fixed, ...share];
  return allowed.length === 0 ? `no difference in ${currency}` : allowed.join(' or ');
}

/** With sums switched off, rows that would add up exactly are worth naming. */
function sumHint(facts: ExplanationFacts, standing: Standing, rules: StoredRules | null): string[] {
  if (rules === null || rules.groups) return [];
  const all = new Map(
    [facts.row, ...standing.othersRows, ...facts.candidates.map(({ row }) => row)].map((row) => [row.rowId, row]),
  );
  const rows = [...all.values()].filter(({ kind, movesBalance }) => kind === facts.row.kind && movesBalance);
  const internal = rows.filter(({ side }) => side === 'internal');
  const [record] = internal;
  const processor = rows.filter(({ side }) => side === 'processor');
  if (record === undefined || processor.length + internal.length < 3) return [];
  const amounts = processor.map((row) => comparedOf(row, record));
  if (![...amounts, ...internal].every(({ currency }) => currency === record.currency)) return [];
  const total =
    amounts.reduce((sum, { minor }) => sum + minor, 0n) -
    internal.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  if (total !== 0n) return [];
  return [
    `The sums fit: ${idsWords(processor)} ${inSide(facts, 'processor')} add up to ${idsWords(internal)} ${inSide(facts, 'internal')}. The rules switch sums off (groups: false).`,
  ];
}
