// Decides the tables of totals: what came in on each side, and how many rows got which verdict. Never adds levels or
// currencies. Pure.
import { SETTLED_VERDICTS, VERDICTS, type Verdict } from '../../domain/vocabulary.ts';
import type { RunReport, TermTotal } from './run-report.ts';
import { countWords, levelWords, moneyWords, sideWords } from './run-words.ts';
import { verdictWords } from './verdict-words.ts';

export interface TotalsView {
  readonly side: string;
  readonly level: string;
  readonly currency: string;
  readonly count: string;
  readonly debits: string;
  readonly credits: string;
  readonly net: string;
}

/** What the run took in, by side, level and currency: rows that move the balance. */
export function totalsViews({ run, totals }: RunReport): TotalsView[] {
  const sums = new Map<string, { first: TermTotal; count: bigint; debits: bigint; credits: bigint }>();
  for (const total of totals) {
    if (total.term !== 'introduced' || !total.movesBalance) continue;
    const key = [total.side, total.level, total.currency].join('|');
    const sum = sums.get(key) ?? { first: total, count: 0n, debits: 0n, credits: 0n };
    sum.count += total.count;
    sum.debits += total.debitsMinor;
    sum.credits += total.creditsMinor;
    sums.set(key, sum);
  }
  return [...sums.values()].map(({ first, count, debits, credits }) => ({
    side: sideWords(first.side, run.processorName),
    level: levelWords(first.level),
    currency: first.currency,
    count: countWords(count),
    credits: moneyWords(credits, first.currency),
    debits: moneyWords(-debits, first.currency),
    net: moneyWords(credits - debits, first.currency),
  }));
}

export interface VerdictCountView {
  readonly verdict: string;
  readonly side: string;
  readonly level: string;
  readonly count: string;
  readonly amount: string;
  readonly isSettled: boolean;
}

export function verdictCountViews({ run, verdicts }: RunReport): VerdictCountView[] {
  const rank = (verdict: Verdict) => VERDICTS.indexOf(verdict);
  return [...verdicts]
    .sort((a, b) => rank(a.verdict) - rank(b.verdict))
    .map(({ side, level, verdict, currency, count, amountMinor }) => ({
      verdict: verdictWords(verdict, level).title,
      side: sideWords(side, run.processorName),
      level: levelWords(level),
      count: countWords(count),
      amount: amountMinor === 0n ? '–' : moneyWords(amountMinor, currency),
      isSettled: SETTLED_VERDICTS.includes(verdict),
    }));
}
