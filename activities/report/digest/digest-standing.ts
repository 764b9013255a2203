// Decides what a digest says first: how many accounts are decided, how bad the worst is, money at risk by currency, never
// added across currencies. Pure.
import { SEVERITIES, type Severity } from '../../../domain/vocabulary.ts';
import { headline, type Tone } from '../headline.ts';
import { runStanding } from '../run-standing.ts';
import { countWords, moneyWords, plural } from '../run-words.ts';
import type { DecidedAccount, Digest, DigestAccount, OpenAccount } from './digest.ts';

/** The worst first: what stopped, then what is bad, then what is not known yet. */
const TONES: readonly DigestTone[] = ['failed', ...[...SEVERITIES].reverse(), 'inconclusive', 'waiting', 'clean'];
export type DigestTone = Tone | 'failed' | 'waiting';

export interface DigestStanding {
  readonly tone: DigestTone;
  readonly sentence: string;
  readonly next: string;
  /** For a subject line: without a full stop. */
  readonly short: string;
  readonly atRisk: ReadonlyArray<{ readonly currency: string; readonly minor: bigint }>;
}

export function toneOf(account: DigestAccount): DigestTone {
  return account.status === 'completed' ? headline(account.summary).tone : account.status;
}

/** The worst account first, equal ones by name. */
export function worstFirst(accounts: readonly DigestAccount[]): DigestAccount[] {
  const rank = (account: DigestAccount) => TONES.indexOf(toneOf(account));
  return [...accounts].sort((a, b) => rank(a) - rank(b) || (a.account < b.account ? -1 : 1));
}

export function decidedOf({ accounts }: Digest): DecidedAccount[] {
  return accounts.filter((account) => account.status === 'completed');
}

export function digestStanding(digest: Digest): DigestStanding {
  const [worst] = worstFirst(digest.accounts);
  const decided = decidedOf(digest);
  const open = digest.accounts.filter((account): account is OpenAccount => account.status !== 'completed');
  const atRisk = sumsByCurrency(decided);
  const differences = decided.reduce((sum, { summary }) => sum + runStanding(summary).openCount, 0n);
  const carried = urgentCarried(decided);
  const money = atRisk.filter(({ minor }) => minor !== 0n).map(({ minor, currency }) => moneyWords(minor, currency));
  const found =
    differences === 0n
      ? 'no difference is open'
      : `${plural(differences, 'difference')}${money.length === 0 ? '' : `, ${money.join(' and ')} at risk`}`;
  const failed = open.filter(({ status }) => status === 'failed');
  const waiting = open.filter(({ status }) => status === 'waiting');
  const missing = [
    ...(failed.length === 0 ? [] : [`${plural(failed.length, 'run')} stopped`]),
    ...(waiting.length === 0
      ? []
      : [`${plural(waiting.length, 'account')} still ${waiting.length === 1 ? 'waits' : 'wait'}`]),
  ];
  const all = plural(digest.accounts.length, 'account');
  const short = [...missing, found].join(', ');
  return {
    tone: worst === undefined ? 'clean' : toneOf(worst),
    sentence:
      open.length === 0
        ? `All of ${all} ${digest.accounts.length === 1 ? 'is' : 'are'} decided: ${found}.`
        : `${countWords(decided.length)} of ${all} ${decided.length === 1 ? 'is' : 'are'} decided: ${short}.`,
    next: nextOf(worst, carried),
    short,
    atRisk,
  };
}

function nextOf(worst: DigestAccount | undefined, carried: bigint): string {
  const left =
    carried === 0n
      ? ''
      : ` ${plural(carried, 'urgent difference')} of earlier days ${carried === 1n ? 'is' : 'are'} still open.`;
  if (worst === undefined) return 'No account is due in this zone.';
  const tone = toneOf(worst);
  if (tone === 'clean') return carried === 0n ? 'Nothing to do now.' : `Of this day nothing is to do.${left}`;
  if (tone === 'waiting') return `They are decided when their data comes; a supplement follows.${left}`;
  if (tone === 'failed') return `Begin with ${worst.account}: its day is not reconciled.${left}`;
  return `Begin with ${worst.account}: ${tone === 'inconclusive' ? 'its data is late' : `its worst is ${tone}`}.${left}`;
}

const URGENT: readonly Severity[] = ['critical', 'high'];

function urgentCarried(decided: readonly DecidedAccount[]): bigint {
  return decided
    .flatMap(({ summary }) => runStanding(summary).carriedBySeverity)
    .reduce((sum, { severity, count }) => sum + (URGENT.includes(severity) ? count : 0n), 0n);
}

function sumsByCurrency(decided: readonly DecidedAccount[]) {
  const sums = new Map<string, bigint>();
  for (const { summary } of decided) {
    for (const { currency, minor } of runStanding(summary).atRisk) {
      sums.set(currency, (sums.get(currency) ?? 0n) + minor);
    }
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => ({ currency, minor }));
}
