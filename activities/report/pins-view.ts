// Decides how the things that fix a run are shown: with them anyone can compute the same result again. Pure.
import type { RunReport } from './run-report.ts';
import { countWords, foreignText, sideWords, timeWords } from './run-words.ts';

export interface Pin {
  readonly label: string;
  readonly value: string;
  readonly isCode: boolean;
}

export function pinViews({ run }: RunReport): Pin[] {
  const time = (ms: number | null) => (ms === null ? 'not known' : timeWords(ms, run.zone));
  const plain = (label: string, value: string): Pin => ({ label, value, isCode: false });
  const code = (label: string, value: string | null): Pin => ({
    label,
    value: value === null ? 'not recorded' : foreignText(value),
    isCode: value !== null,
  });
  return [
    plain('Window', `${time(run.windowStartMs)} to ${time(run.windowEndMs)}`),
    plain('Horizon', time(run.horizonMs)),
    plain(`${sideWords('processor', run.processorName)} is complete up to`, time(run.processorCoverageMs)),
    plain('Your records are complete up to', time(run.internalCoverageMs)),
    plain('Decision', `number ${countWords(run.decisionSeq)} of ${run.account}`),
    plain('Started', `${time(run.startedAtMs)}, by ${run.trigger}`),
    plain('Finished', time(run.finishedAtMs)),
    code('Code version', run.codeVersion),
    code('Result digest', run.resultDigest),
    code('Input digest', run.inputDigest),
    code('Rule set', run.ruleSetHash),
    code('Database schema', run.schemaVersion),
  ];
}

export interface SourceView {
  readonly side: string;
  readonly name: string;
  readonly rows: string;
  readonly quarantined: string;
  readonly watermark: string;
  readonly fetchedUntil: string;
  readonly extractedAt: string;
  readonly parts: readonly string[];
}

export function sourceViews({ run, batches }: RunReport): SourceView[] {
  const time = (ms: number | null) => (ms === null ? '–' : timeWords(ms, run.zone));
  return batches.map((batch) => ({
    side: sideWords(batch.side, run.processorName),
    name: foreignText(batch.sourceName),
    rows: countWords(batch.rowCount),
    quarantined: countWords(batch.quarantinedCount),
    watermark: batch.statesCompleteness ? `${time(batch.watermarkMs)}, says so itself` : time(batch.watermarkMs),
    fetchedUntil: time(batch.fetchedUntilMs),
    extractedAt: time(batch.extractedAtMs),
    parts: [
      ...(batch.parts.length === 0 ? [foreignText(batch.sourceKey)] : []),
      ...batch.parts.map(({ name, contentKey }) => foreignText(contentKey ?? name)),
      ...(batch.partsCount > batch.parts.length
        ? [`and ${countWords(batch.partsCount - batch.parts.length)} more`]
        : []),
    ],
  }));
}
