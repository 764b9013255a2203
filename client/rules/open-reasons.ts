// Says why a row is open: who was looked for in vain, until when a partner may come, what could not be told apart. Pure.
import { foreignText, kindWords, processorWords, timeWords } from '../../activities/report/run-words.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { duplicateReasons } from './duplicate-reasons.ts';
import { idsWords, inSide, keyWords, listWords, otherSide, timingOf, whatWords } from './explanation-words.ts';
import { tieReason } from './tie-reason.ts';
import type { VerdictReasons } from './verdict-reasons.ts';

export function openReasons(facts: ExplanationFacts, standing: Standing): VerdictReasons {
  const { verdict, othersRows, othersCount } = standing;
  const discrepancy = facts.discrepancies.find(({ level, state }) => level === standing.level && state !== 'closed');
  switch (verdict) {
    case 'duplicate_processor':
    case 'duplicate_internal':
      return { pass: 'duplicates', sentences: duplicateReasons(facts, standing, discrepancy?.surplus ?? 1) };
    case 'ambiguous': {
      const sums =
        discrepancy?.balanced === true
          ? 'The amounts of both sides add up to the same, so that no money is missing.'
          : 'The amounts of both sides do not add up to the same.';
      return {
        pass: 'ambiguity',
        sentences: [
          `${idsWords([facts.row, ...othersRows])} fit each other equally well, and nothing tells which belong together. Nothing is guessed.`,
          sums,
        ],
      };
    }
    case 'pending_timing':
      if (othersCount > 0) {
        return {
          pass: 'references',
          sentences: [
            tieReason(facts, standing),
            'The two only disagree about the status, and one of them is still pending.',
            ...timeReasons(facts),
          ],
        };
      }
      return { pass: 'single rows', sentences: [nobodyReason(facts), ...timeReasons(facts)] };
    case 'pending_source':
      return { pass: 'single rows', sentences: [nobodyReason(facts), ...coverageReasons(facts)] };
    case 'unknown_type': {
      const code = foreignText(facts.row.unknownCode ?? '', 60);
      return {
        pass: 'single rows',
        sentences: [
          `No table knows the code "${code}", so that nobody can say what this money is; it is counted in the totals.`,
          nobodyReason(facts),
        ],
      };
    }
    default:
      return { pass: 'single rows', sentences: [nobodyReason(facts), ...timeReasons(facts)] };
  }
}

function nobodyReason(facts: ExplanationFacts): string {
  const where = inSide(facts, otherSide(facts.row.side));
  const questioned = facts.candidates.filter(({ row }) => row.side !== facts.row.side).length;
  if (questioned > 0) {
    const none = questioned === 1 ? 'The one row' : `None of the ${questioned} rows`;
    return `${none} ${where} that came into question is ${questioned === 1 ? 'not ' : ''}its partner; why is said below.`;
  }
  const keys =
    facts.keys.length === 0
      ? 'It carries no reference'
      : `No row ${where} carries its ${listWords(facts.keys.map(keyWords))}`;
  return `${keys}, and none there is ${whatWords(facts.row)} within a week of it.`;
}

/** When its time is over, against how far the latest run could see. */
function timeReasons({ row, latestRun, zone }: ExplanationFacts): string[] {
  if (latestRun === null || latestRun.rules === null || latestRun.horizonMs === null) return [];
  const mayTake = timingOf(latestRun.rules, row);
  const overMs = row.occurredAtMs + mayTake;
  const isOver = overMs <= latestRun.horizonMs;
  const when = `The partner of a ${kindWords(row.kind).toLowerCase()} may take ${formatDuration(mayTake)}, here until ${timeWords(overMs, zone)}`;
  const seen = `both sides are known up to ${timeWords(latestRun.horizonMs, zone)}`;
  return [isOver ? `${when}; that is over: ${seen}.` : `${when}; ${seen}.`];
}

function coverageReasons(facts: ExplanationFacts): string[] {
  const run = facts.latestRun;
  if (run === null) return [];
  const behind = (['processor', 'internal'] as const).flatMap((side) => {
    const coverage = side === 'processor' ? run.processorCoverageMs : run.internalCoverageMs;
    if (coverage !== null && coverage >= run.windowEndMs) return [];
    const name = side === 'internal' ? 'your records reach' : `${processorWords(facts.processorName)} reaches`;
    return [`${name} ${coverage === null ? 'nowhere yet' : `only ${timeWords(coverage, facts.zone)}`}`];
  });
  return [
    `The day ends ${timeWords(run.windowEndMs, facts.zone)}, and ${behind.length === 0 ? 'a side was not complete' : behind.join(', ')}: too early to call anything missing.`,
  ];
}
