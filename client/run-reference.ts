// Decides how a run is named on the command line: stripe/us/2026-01-31#2, and without # the latest of that day. Pure.
import { parseAccountName } from '../domain/account.ts';
import { type BusinessDate, parseBusinessDate } from '../domain/business-date.ts';
import { UsageError } from './usage-error.ts';

export interface RunReference {
  readonly account: string;
  readonly date: BusinessDate;
  /** null: the latest. */
  readonly runNumber: number | null;
}

const REFERENCE = /^(?<account>.+)\/(?<date>[^/#]+?)(?:#(?<number>\d{1,6}))?$/;

/** @throws UsageError */
export function parseRunReference(text: string): RunReference {
  const { account, date, number } = REFERENCE.exec(text)?.groups ?? {};
  if (account === undefined || date === undefined || number === '0') throw notARun(text);
  try {
    return {
      account: parseAccountName(account).account,
      date: parseBusinessDate(date),
      runNumber: number === undefined ? null : Number(number),
    };
  } catch (cause) {
    throw notARun(text, cause);
  }
}

export function formatRunReference({ account, date, runNumber }: RunReference): string {
  return `${account}/${date}${runNumber === null ? '' : `#${runNumber}`}`;
}

function notARun(text: string, cause?: unknown): UsageError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new UsageError(
    `"${text}" does not name a run${reason}: write account/date#number such as stripe/us/2026-01-31#2, or without #2 for the latest`,
    { cause },
  );
}
