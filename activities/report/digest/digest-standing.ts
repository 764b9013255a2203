// Decides what a digest says first: how many accounts failed, differ, wait and agree, how much is at risk, what to do now. The mail
// and the page say the same. Amounts are summed by currency and never added across. Pure.
import { SEVERITIES, type Severity } from '../../../domain/vocabulary.ts';
import type { Tone } from '../headline.ts';
import { runStanding } from '../run-standing.ts';
import { moneyWords, plural } from '../run-words.ts';
import type { DecidedAccount, Digest, DigestAccount } from './digest.ts';
import { isWaiting, toneOf, worstFirst } from './digest-account.ts';

/** What is told at the cut-off, and when what was waited for has ended. */
export type DigestPart = 'digest' | 'supplement';

export interface DigestStanding {
  readonly tone: Tone;
  /** null: nothing is bad. */
  readonly severity: Severity | null;
  /** Every account is done and agrees, and no earlier day is due. */
  readonly isClear: boolean;
  readonly sentence: string;
  readonly next: string;
  /** For a subject line: without a full stop. */
  readonly short: string;
  readonly atRisk: ReadonlyArray<{ readonly currency: string; readonly minor: bigint }>;
  /** The worst of those that have differences. */
  readonly worst: string | null;
  readonly failed: readonly string[];
  readonly waiting: readonly string[];
}

/** @param part Of the messages of the day; null for whoever looks by himself. */
export function digestStanding(digest: Digest, part: DigestPart | null): DigestStanding {
  const accounts = worstFirst(digest.accounts);
  const failed = accounts.filter((account) => toneOf(account) === 'failed');
  const waiting = accounts.filter(isWaiting);
  const agreeing = accounts.filter((account) => toneOf(account) === 'clean');
  const bad = accounts.filter((account) => !failed.includes(account) && severityOf(account) !== null);
  const daysDue = accounts.reduce((sum, { otherDaysDue }) => sum + otherDaysDue, 0n);
  const isClear = agreeing.length === accounts.length && daysDue === 0n;
  const severity = isClear ? null : worstOf([...accounts.map(severityOf), waiting.length > 0 ? 'medium' : null]);
  const parts = [
    ...partsOf(accounts, failed, waiting),
    ...(daysDue === 0n ? [] : [`${plural(daysDue, 'earlier day')} due`]),
  ];
  const short = [...parts, agreeWords(agreeing.length, accounts.length)].join('; ');
  const worst = bad.find((account) => account.status === 'completed')?.account ?? null;
  const names = { failed: failed.map(nameOf), waiting: waiting.map(nameOf), worst };
  return {
    tone: isClear
      ? 'clean'
      : waiting.length > 0 && failed.length + bad.length === 0
        ? 'inconclusive'
        : (severity ?? 'low'),
    severity,
    isClear,
    sentence: `${short}.`,
    next: nextOf({ ...names, isClear, part, count: accounts.length, carried: urgentCarried(accounts) }),
    short,
    atRisk: sumsByCurrency(decidedOf(digest)),
    ...names,
  };
}

export function decidedOf({ accounts }: Pick<Digest, 'accounts'>): DecidedAccount[] {
  return accounts.filter((account) => account.status === 'completed');
}

function nameOf({ account }: DigestAccount): string {
  return account;
}

/** A day that failed is not known at all: high. */
function severityOf(account: DigestAccount): Severity | null {
  const tone = toneOf(account);
  if (tone === 'failed') return 'high';
  return SEVERITIES.find((severity) => severity === tone) ?? null;
}

function worstOf(severities: readonly (Severity | null)[]): Severity {
  return SEVERITIES[Math.max(0, ...severities.map((one) => (one === null ? 0 : SEVERITIES.indexOf(one))))] ?? 'low';
}

/** The bad first: it is all that a phone shows of a subject. */
function partsOf(
  accounts: readonly DigestAccount[],
  failed: readonly DigestAccount[],
  waiting: readonly DigestAccount[],
): string[] {
  const done = decidedOf({ accounts }).filter((account) => !waiting.includes(account));
  const differing = done.filter(({ summary }) => runStanding(summary).openCount > 0n);
  const odd = done.filter((account) => !differing.includes(account) && toneOf(account) !== 'clean');
  return [
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(differing.length === 0
      ? []
      : [`${differing.length} differ${differing.length === 1 ? 's' : ''}, ${atRiskWords(differing)}`]),
    ...(odd.length === 0 ? [] : [`${odd.length} need${odd.length === 1 ? 's' : ''} a look`]),
    ...(waiting.length === 0 ? [] : [`${waiting.length} still waiting`]),
  ];
}

function agreeWords(agreeing: number, all: number): string {
  return `${agreeing} of ${plural(all, 'account')} agree${agreeing === 1 ? 's' : ''}`;
}

// More is no headline; the accounts have them all.
const CURRENCIES_MAX = 3;

function atRiskWords(differing: readonly DecidedAccount[]): string {
  const present = sumsByCurrency(differing).filter(({ minor }) => minor !== 0n);
  if (present.length === 0) return 'nothing at risk';
  const amounts = present.map(({ minor, currency }) => moneyWords(minor, currency));
  const shown = amounts.length <= CURRENCIES_MAX ? amounts : amounts.slice(0, CURRENCIES_MAX - 1);
  const more = amounts.length - shown.length;
  const last = more === 0 ? shown.pop() : `more in ${plural(more, 'other currency', 'other currencies')}`;
  return `${[...(shown.length === 0 ? [] : [shown.join(', ')]), last].join(' and ')} at risk`;
}

interface NextOf {
  readonly isClear: boolean;
  readonly part: DigestPart | null;
  readonly count: number;
  readonly worst: string | null;
  readonly failed: readonly string[];
  readonly waiting: readonly string[];
  readonly carried: bigint;
}

function nextOf({ isClear, part, count, worst, failed, waiting, carried }: NextOf): string {
  if (count === 0) return 'No account is due in this zone.';
  const left =
    carried === 0n
      ? []
      : [`${plural(carried, 'urgent difference')} of earlier days ${carried === 1n ? 'is' : 'are'} still open.`];
  if (isClear) return [carried === 0n ? 'Nothing to do.' : 'Of this day nothing is to do.', ...left].join(' ');
  const steps = [
    ...(worst === null ? [] : [`Start with ${worst}.`]),
    ...(failed.length === 0 ? [] : [`Remove what stopped ${named(failed)}, then retry.`]),
    ...(waiting.length === 0 ? [] : [waitingWords(part, waiting)]),
  ];
  return [...(steps.length === 0 ? ['The earlier days run again with the next tick.'] : steps), ...left].join(' ');
}

function waitingWords(part: DigestPart | null, waiting: readonly string[]): string {
  const one = waiting.length === 1;
  if (part === 'digest') return `${named(waiting)} ${one ? 'is' : 'are'} waited for: a supplement follows.`;
  if (part === null) return `${named(waiting)} ${one ? 'has' : 'have'} no result yet; the day stays due.`;
  return `Ask why ${named(waiting)} ${one ? 'does' : 'do'} not deliver; the day stays due.`;
}

const NAMES_MAX = 5;

function named(accounts: readonly string[]): string {
  const shown = accounts.slice(0, NAMES_MAX).join(', ');
  return accounts.length <= NAMES_MAX ? shown : `${shown} and ${accounts.length - NAMES_MAX} more`;
}

const URGENT: readonly Severity[] = ['critical', 'high'];

function urgentCarried(accounts: readonly DigestAccount[]): bigint {
  return decidedOf({ accounts })
    .flatMap(({ summary }) => runStanding(summary).carriedBySeverity)
    .reduce((sum, { severity, count }) => sum + (URGENT.includes(severity) ? count : 0n), 0n);
}

/** What accounts report in first. */
function sumsByCurrency(decided: readonly DecidedAccount[]) {
  const sums = new Map<string, bigint>();
  for (const { summary } of decided) {
    for (const { currency, minor } of runStanding(summary).atRisk) {
      sums.set(currency, (sums.get(currency) ?? 0n) + minor);
    }
  }
  const reported = new Set(decided.map(({ summary }) => summary.run.reportingCurrency));
  const rank = (currency: string) => `${reported.has(currency) ? 0 : 1}${currency}`;
  return [...sums].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1)).map(([currency, minor]) => ({ currency, minor }));
}
