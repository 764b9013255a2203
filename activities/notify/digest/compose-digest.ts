// Decides what the digest of a zone says: how many accounts are done, how bad, how much, who is still waited for, what to do first.
// "All clear" only where every account is done and clean and no earlier day is due. Pure.
import { SEVERITIES, type Severity } from '../../../domain/vocabulary.ts';
import { moneyWords, plural } from '../../report/run-words.ts';
import { plain } from '../composed-mail.ts';
import { boundedLines, type Notice } from '../notice.ts';
import type { AccountStanding } from './read-zone-standing.ts';

export const DIGEST_PARTS = ['digest', 'supplement'] as const;
export type DigestPart = (typeof DIGEST_PARTS)[number];

export interface Digest {
  readonly kind: 'digest' | 'supplement' | 'all_clear';
  readonly severity: Severity | null;
  readonly notice: Notice;
  /** Accounts without a result of the day. */
  readonly waiting: readonly string[];
}

export interface DigestOf {
  readonly zone: string;
  readonly date: string;
  readonly part: DigestPart;
  readonly standings: readonly AccountStanding[];
}

type Found = 'clean' | 'differences' | 'waiting' | 'failed';

export function composeDigest({ zone, date, part, standings }: DigestOf): Digest {
  const found = Map.groupBy(standings, foundOf);
  const of = (what: Found) => found.get(what) ?? [];
  const [failed, waiting, differing] = [of('failed'), of('waiting'), worstFirst(of('differences'))];
  const daysDue = standings.reduce((sum, { otherDaysDue }) => sum + otherDaysDue, 0n);
  const isClear = of('clean').length === standings.length && daysDue === 0n;
  const severity = isClear ? null : severityOf(failed, waiting, differing);
  const agree = `${of('clean').length} of ${plural(standings.length, 'account')} agree${of('clean').length === 1 ? 's' : ''}`;
  // The bad first: it is all that a phone shows of a subject.
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(differing.length === 0
      ? []
      : [`${differing.length} differ${differing.length === 1 ? 's' : ''}, ${atRisk(differing)}`]),
    ...(waiting.length === 0 ? [] : [`${waiting.length} still waiting`]),
    ...(daysDue === 0n ? [] : [`${plural(daysDue, 'earlier day')} due`]),
    agree,
  ];
  const worst = differing[0];
  return {
    kind: isClear ? 'all_clear' : part,
    severity,
    waiting: waiting.map(({ account }) => account),
    notice: {
      tone: isClear
        ? 'clean'
        : waiting.length > 0 && differing.length + failed.length === 0
          ? 'inconclusive'
          : (severity ?? 'low'),
      label: isClear ? 'All clear' : part === 'supplement' ? 'Supplement' : capital(severity ?? 'low'),
      about: zone,
      date,
      sentence: plain(`${parts.join('; ')}.`),
      next: nextOf({ isClear, part, failed, waiting, worst }),
      short: plain(parts.join('; ')),
      lines: boundedLines([...failed, ...differing, ...waiting, ...of('clean')].map(lineOf)),
      commands: [
        ...(worst === undefined
          ? []
          : [{ what: 'The worst first', command: `npm run recon -- reports open ${worst.account}/${date}` }]),
        ...(failed[0] === undefined
          ? []
          : [{ what: 'Try again', command: `npm run recon -- retry ${failed[0].account}/${date}` }]),
        ...(isClear ? [] : [{ what: 'See everything', command: 'npm run recon -- status' }]),
      ],
      link: null,
    },
  };
}

function foundOf({ status, outcome, openCount }: AccountStanding): Found {
  if (status === 'failed' || status === 'cancelled') return 'failed';
  if (status !== 'completed' || outcome === 'inconclusive' || outcome === null) return 'waiting';
  return outcome === 'clean' && openCount === 0n ? 'clean' : 'differences';
}

function worstFirst(standings: readonly AccountStanding[]): AccountStanding[] {
  const rank = ({ worst }: AccountStanding) => (worst === null ? -1 : SEVERITIES.indexOf(worst));
  return [...standings].sort((a, b) => rank(b) - rank(a) || (b.openCount > a.openCount ? 1 : -1));
}

/** A day that failed is not known at all: high. One that is waited for: medium. */
function severityOf(
  failed: readonly unknown[],
  waiting: readonly unknown[],
  differing: readonly AccountStanding[],
): Severity {
  const severities: Severity[] = [
    ...(failed.length > 0 ? (['high'] as const) : []),
    ...(waiting.length > 0 ? (['medium'] as const) : []),
    ...differing.flatMap(({ worst }) => worst ?? []),
  ];
  return severities.sort((a, b) => SEVERITIES.indexOf(b) - SEVERITIES.indexOf(a))[0] ?? 'low';
}

/** Different currencies are never added. */
function atRisk(differing: readonly AccountStanding[]): string {
  const sums = new Map<string, bigint>();
  for (const { currency, atRiskMinor } of differing) sums.set(currency, (sums.get(currency) ?? 0n) + atRiskMinor);
  const present = [...sums].filter(([, minor]) => minor !== 0n);
  if (present.length === 0) return 'nothing at risk';
  return `${present.map(([currency, minor]) => moneyWords(minor, currency)).join(' and ')} at risk`;
}

interface NextOf {
  readonly isClear: boolean;
  readonly part: DigestPart;
  readonly failed: readonly AccountStanding[];
  readonly waiting: readonly AccountStanding[];
  readonly worst: AccountStanding | undefined;
}

function nextOf({ isClear, part, failed, waiting, worst }: NextOf): string {
  if (isClear) return 'Nothing to do.';
  const names = (standings: readonly AccountStanding[]) => named(standings.map(({ account }) => account));
  const steps = [
    ...(worst === undefined ? [] : [`Start with ${worst.account}.`]),
    ...(failed.length === 0 ? [] : [`Remove what stopped ${names(failed)}, then retry.`]),
    ...(waiting.length === 0
      ? []
      : [
          part === 'digest'
            ? `${names(waiting)} ${waiting.length === 1 ? 'is' : 'are'} waited for: a supplement follows.`
            : `Ask why ${names(waiting)} ${waiting.length === 1 ? 'does' : 'do'} not deliver; the day stays due.`,
        ]),
  ];
  return steps.length === 0 ? 'The earlier days run again with the next tick.' : steps.join(' ');
}

const NAMES_MAX = 5;

function named(accounts: readonly string[]): string {
  const shown = accounts.slice(0, NAMES_MAX);
  return accounts.length === shown.length
    ? shown.join(', ')
    : `${shown.join(', ')} and ${accounts.length - shown.length} more`;
}

function lineOf(standing: AccountStanding): Notice['lines'][number] {
  const { account, currency, atRiskMinor, openCount, worst, missingCount, status, outcome, otherDaysDue } = standing;
  const also = otherDaysDue === 0n ? '' : `; ${plural(otherDaysDue, 'earlier day')} due`;
  const values: Readonly<Record<Found, string>> = {
    failed: status === 'cancelled' ? 'cancelled' : 'failed',
    waiting:
      outcome === 'inconclusive'
        ? 'a side has not delivered the whole day'
        : status === 'running'
          ? 'is running'
          : 'has not run',
    differences: [
      `${plural(openCount, 'difference')} open`,
      `${moneyWords(atRiskMinor, currency)} at risk`,
      ...(missingCount === null || missingCount === 0 ? [] : [`${missingCount} missing`]),
      ...(worst === null ? [] : [`worst ${worst}`]),
    ].join(', '),
    clean: 'agrees',
  };
  return { name: account, value: plain(`${values[foundOf(standing)]}${also}`) };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
