// Decides how the completeness sheet stands on the page: the four gates, and what the list must add up to. Where each
// source reaches and what fixes the run stand beside it. Pure.
import type { Completeness, GateName, GateResult } from './completeness.ts';
import { foreignText, plural } from './run-words.ts';

export interface CompletenessView {
  readonly gates: ReadonlyArray<{
    readonly name: string;
    readonly tone: 'good' | 'bad' | 'quiet';
    readonly mark: string;
    readonly result: string;
    readonly detail: string;
  }>;
  readonly listed: string;
  readonly listDigest: string;
}

const GATE_WORDS: Readonly<Record<GateName, string>> = {
  source: 'What the source says it has',
  staged: 'Every row read is stored',
  classified: 'Every row stored has one verdict',
  written: 'Every difference is in these files',
};

const RESULT_WORDS: Readonly<Record<GateResult, { word: string; tone: 'good' | 'bad' | 'quiet'; mark: string }>> = {
  held: { word: 'holds', tone: 'good', mark: '✓' },
  failed: { word: 'does not hold', tone: 'bad', mark: '✗' },
  not_stated: { word: 'not stated', tone: 'quiet', mark: '–' },
};

export function completenessView(of: Completeness, listDigest: string): CompletenessView {
  return {
    gates: of.gates.map(({ gate, result, detail }) => {
      const { word, tone, mark } = RESULT_WORDS[result];
      return { name: GATE_WORDS[gate], tone, mark, result: word, detail: `${capital(foreignText(detail, 400))}.` };
    }),
    listed: plural(of.listedCount, 'difference'),
    listDigest,
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
