// Decides how the proof of conservation stands on the page: every line with its seven terms and whether it holds. Pure.
import { gateProof } from './gate-proof.ts';
import { type RunReport, TERMS, type Term } from './run-report.ts';
import { amountWords, countWords, kindWords, levelWords, plural, sideWords } from './run-words.ts';

export interface GateView {
  readonly holds: boolean;
  readonly summary: string;
  readonly terms: readonly string[];
  readonly rows: readonly GateRowView[];
}

interface GateRowView {
  readonly side: string;
  readonly what: string;
  readonly currency: string;
  readonly holds: boolean;
  readonly cells: ReadonlyArray<{
    readonly count: string;
    readonly credits: string;
    readonly debits: string;
    readonly isZero: boolean;
  }>;
}

const TERM_WORDS: Readonly<Record<Term, string>> = {
  open_before: 'Open before',
  introduced: '+ came in',
  taken_up: '+ taken up',
  version_delta: '+ changed',
  reopened: '+ reopened',
  closed: '− closed',
  open_after: '= open after',
};

export function gateView(report: RunReport): GateView {
  const proof = gateProof(report.totals);
  const broken = proof.filter(({ holds }) => !holds).length;
  return {
    holds: broken === 0,
    summary:
      broken === 0
        ? `Nothing was lost and nothing was counted twice: the equation holds for ${plural(proof.length, 'line')}, each in count, credits and debits.`
        : `The equation does not hold for ${broken} of ${plural(proof.length, 'line')}. Do not rely on this report.`,
    terms: TERMS.map((term) => TERM_WORDS[term]),
    rows: proof.map(({ side, level, kind, currency, movesBalance, terms, holds }) => ({
      side: sideWords(side, report.run.processorName),
      what: [
        kindWords(kind),
        ...(level === 'activity' ? [] : [levelWords(level)]),
        ...(movesBalance ? [] : ['moves no money']),
      ].join(', '),
      currency,
      holds,
      cells: TERMS.map((term) => {
        const { count, creditsMinor, debitsMinor } = terms[term];
        return {
          count: countWords(count),
          credits: creditsMinor === 0n ? '' : amountWords(creditsMinor, currency),
          debits: debitsMinor === 0n ? '' : amountWords(-debitsMinor, currency),
          isZero: count === 0n && creditsMinor === 0n && debitsMinor === 0n,
        };
      }),
    })),
  };
}
