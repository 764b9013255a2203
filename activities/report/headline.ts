// Decides the first sentences a person reads about a run: how bad it is, and what to do now. The report and the mail
// say the same. Pure. Holds no row data: the mail must not.
import type { Severity } from '../../domain/vocabulary.ts';
import type { RunSummary } from './run-report.ts';
import { type RunStanding, runStanding } from './run-standing.ts';
import { countWords, dateWords, moneyWords, plural, processorWords, timeWords } from './run-words.ts';

/** What colours the page and stands in brackets in the subject. */
export type Tone = Severity | 'inconclusive' | 'clean';

export interface Headline {
  readonly tone: Tone;
  /** One sentence: how bad. */
  readonly sentence: string;
  /** One or two sentences: what now. */
  readonly next: string;
  /** For a subject line: without a full stop. */
  readonly short: string;
}

export function headline(summary: RunSummary): Headline {
  const standing = runStanding(summary);
  const tone = toneOf(summary, standing);
  const inconclusive = summary.run.outcome === 'inconclusive';
  if (inconclusive) return inconclusiveHeadline(summary, standing, tone);
  if (standing.openCount > 0n) return differencesHeadline(summary, standing, tone);
  return quietHeadline(summary, standing, tone);
}

function toneOf({ run }: RunSummary, { worst, quarantinedCount, failedChecks }: RunStanding): Tone {
  // A day that is not decided matters more than a small difference in what did come.
  if (run.outcome === 'inconclusive' && (worst === null || worst === 'low')) return 'inconclusive';
  if (worst !== null) return worst;
  return run.outcome === 'clean' && quarantinedCount === 0n && failedChecks === 0 ? 'clean' : 'low';
}

/**
 * "1,240.50 USD at risk", "1,240.50 USD at risk, and more in 2 other currencies": different currencies are never
 * added.
 */
function atRiskWords({ atRisk }: RunStanding): string {
  const present = atRisk.filter(({ minor }) => minor !== 0n);
  const [first, ...others] = present.length === 0 ? atRisk : present;
  if (first === undefined) return 'nothing at risk';
  const more =
    others.length === 0
      ? ''
      : others.length === 1
        ? ', more in another currency'
        : `, more in ${others.length} other currencies`;
  return `${moneyWords(first.minor, first.currency)} at risk${more}`;
}

const NEXT_BY_WORST = {
  critical: 'Act now: the critical ones stand first.',
  high: 'Look at them today: the worst stand first.',
  medium: 'Look at them in the next days: the worst stand first.',
  low: 'Small amounts: clear them with the usual work.',
} as const;

const NEXT_OF_ONE = {
  critical: 'Act now.',
  high: 'Look at it today.',
  medium: 'Look at it in the next days.',
  low: 'A small amount: clear it with the usual work.',
} as const;

function differencesHeadline(summary: RunSummary, standing: RunStanding, tone: Tone): Headline {
  const many = standing.openCount !== 1n;
  const count = plural(standing.openCount, 'difference');
  const worst = standing.bySeverity[0];
  const ofThem =
    worst === undefined || (worst.severity !== 'critical' && worst.severity !== 'high')
      ? ''
      : worst.count === standing.openCount
        ? `, ${many ? 'all ' : ''}${worst.severity}`
        : `, ${countWords(worst.count)} of them ${worst.severity}`;
  const next = standing.worst === null ? '' : many ? NEXT_BY_WORST[standing.worst] : NEXT_OF_ONE[standing.worst];
  return {
    tone,
    sentence: `${count}${ofThem}: ${atRiskWords(standing)}.`,
    next: `${next}${missingNote(summary)}${urgentCarried(standing) === null ? '' : ` ${capital(carriedNote(standing))}.`}`,
    short: `${count}, ${atRiskWords(standing)}`,
  };
}

function missingNote({ run }: RunSummary): string {
  const missing = run.missingTransactionCount;
  return missing === 0 ? '' : ` ${plural(missing, 'transaction')} ${missing === 1 ? 'is' : 'are'} missing on one side.`;
}

/** The worst that earlier days left, where it cannot wait. */
function urgentCarried({ carriedBySeverity: [worst] }: RunStanding) {
  return worst?.severity === 'critical' || worst?.severity === 'high' ? worst : null;
}

/** "3 differences of earlier days are still open, 1 of them critical" */
function carriedNote(standing: RunStanding): string {
  const { carriedCount } = standing;
  const worst = urgentCarried(standing);
  const ofThem =
    worst === null
      ? ''
      : worst.count === carriedCount
        ? `, ${carriedCount === 1n ? '' : 'all '}${worst.severity}`
        : `, ${countWords(worst.count)} of them ${worst.severity}`;
  return `${plural(carriedCount, 'difference')} of earlier days ${carriedCount === 1n ? 'is' : 'are'} still open${ofThem}`;
}

const NEXT_OF_CARRIED = {
  critical: 'Act now on what earlier days left: the report lists it.',
  high: 'Look today at what earlier days left: the report lists it.',
} as const;

function inconclusiveHeadline(summary: RunSummary, standing: RunStanding, tone: Tone): Headline {
  const soFar = `${plural(standing.openCount, 'difference')} so far, ${atRiskWords(standing)}`;
  const none = standing.openCount === 0n;
  return {
    tone,
    sentence: `Not decided yet: ${lateSides(summary)}.`,
    next: `Find out why.${none ? '' : ` ${soFar}.`}${urgentCarried(standing) === null ? '' : ` ${capital(carriedNote(standing))}.`} The day stays due, and the next scheduled run takes it up again. Nothing is called missing while its side is incomplete.`,
    short: none ? 'not decided yet, data is late' : `not decided yet, ${soFar}`,
  };
}

/** "your records only reach 31 Jan 2026, 16:40" */
function lateSides({ run }: RunSummary): string {
  const sides = [
    { name: `${processorWords(run.processorName)}’s data`, reaches: 'only reaches', ms: run.processorCoverageMs },
    { name: 'your records', reaches: 'only reach', ms: run.internalCoverageMs },
  ].filter(({ ms }) => ms === null || ms < run.windowEndMs);
  const words = sides.map(({ name, reaches, ms }) =>
    ms === null ? `nothing is known of ${name}` : `${name} ${reaches} ${timeWords(ms, run.zone)}`,
  );
  return words.length === 0 ? 'a side is incomplete' : words.join(' and ');
}

function quietHeadline(summary: RunSummary, standing: RunStanding, tone: Tone): Headline {
  const { run } = summary;
  const left = urgentCarried(standing);
  const notes = [
    standing.quarantinedCount > 0n ? `${plural(standing.quarantinedCount, 'row')} could not be read` : '',
    standing.failedChecks > 0 ? `${plural(standing.failedChecks, 'data check')} did not pass` : '',
    standing.carriedCount > 0n ? carriedNote(standing) : '',
    standing.waitingCount > 0n
      ? `${plural(standing.waitingCount, 'row')} wait${standing.waitingCount === 1n ? 's' : ''} for the other side`
      : '',
  ].filter((note) => note !== '');
  const correct = standing.quarantinedCount > 0n || standing.failedChecks > 0;
  const steps = [
    ...(left === null ? [] : [NEXT_OF_CARRIED[left.severity === 'critical' ? 'critical' : 'high']]),
    ...(correct ? ['Correct the source, then run the day again.'] : []),
  ];
  return {
    tone,
    sentence:
      tone === 'clean'
        ? `${processorWords(run.processorName)} and your records agree.`
        : `No difference is open for ${dateWords(run.runDate)}, but something needs a look.`,
    next: [
      ...(tone !== 'clean'
        ? []
        : standing.carriedCount === 0n
          ? ['Nothing is missing, no money is at risk.']
          : ['Nothing of this day is missing, none of its money is at risk.']),
      ...(notes.length === 0 ? [] : [`${capital(notes.join('; '))}.`]),
      ...(steps.length === 0 ? ['Nothing to do now.'] : steps),
    ].join(' '),
    short: quietWords(notes[0] ?? 'needs a look', correct, left),
  };
}

function quietWords(firstNote: string, correct: boolean, left: ReturnType<typeof urgentCarried>): string {
  if (correct) return firstNote;
  if (left === null) return 'everything agrees';
  return `the day agrees, ${countWords(left.count)} ${left.severity} still open from earlier days`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
