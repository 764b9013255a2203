// Decides how the day of one account of a digest went, in a tone and in words. The mail and the page say the same. Pure.
import { SEVERITIES } from '../../../domain/vocabulary.ts';
import { headline, type Tone } from '../headline.ts';
import { foreignText, plural } from '../run-words.ts';
import type { DigestAccount } from './digest.ts';

/** The worst first: what stopped, then what is bad, then what is not known yet. */
const TONES = ['failed', ...[...SEVERITIES].reverse(), 'inconclusive', 'waiting', 'clean'] as const;
export type DigestTone = Tone | 'failed' | 'waiting';

const REASON_CHARS_MAX = 300;

export function toneOf(account: DigestAccount): DigestTone {
  if (account.status === 'completed') return headline(account.summary).tone;
  return account.status === 'failed' || account.status === 'cancelled' ? 'failed' : 'waiting';
}

/** Without a result: what is there of it may be less than half. */
export function isWaiting(account: DigestAccount): boolean {
  if (account.status === 'completed') return account.summary.run.outcome === 'inconclusive';
  return toneOf(account) === 'waiting';
}

/** The worst account first, equal ones by name. */
export function worstFirst(accounts: readonly DigestAccount[]): DigestAccount[] {
  const rank = (account: DigestAccount) => TONES.indexOf(toneOf(account));
  return [...accounts].sort((a, b) => rank(a) - rank(b) || (a.account < b.account ? -1 : 1));
}

/** One line, without a full stop: "2 differences, all high: 2,510.00 USD at risk; 2 transactions missing on one side". */
export function accountWords(account: DigestAccount): string {
  const due = account.otherDaysDue === 0n ? '' : `; ${plural(account.otherDaysDue, 'earlier day')} due`;
  return `${dayWords(account)}${due}`;
}

function dayWords(account: DigestAccount): string {
  switch (account.status) {
    case 'completed': {
      const missing = account.summary.run.missingTransactionCount;
      const sentence = headline(account.summary).sentence.replace(/\.$/, '');
      return missing === 0 ? sentence : `${sentence}; ${plural(missing, 'transaction')} missing on one side`;
    }
    case 'failed':
      return `The run stopped: ${foreignText(account.reason ?? 'no reason was recorded', REASON_CHARS_MAX).replace(/\.$/, '')}`;
    case 'cancelled':
      return 'The run was cancelled';
    case 'running':
      return 'The run is under way';
    case 'not_run':
      return 'It has not run yet';
  }
}
