// Decides how the day of a zone is named on the command line: America/New_York/2026-01-31; and which accounts it is about. Pure.
import { type BusinessDate, parseBusinessDate } from '../domain/business-date.ts';
import type { AccountConfig } from '../worker/config.ts';
import { assertEnded } from './day-of-account.ts';
import { UsageError } from './usage-error.ts';

export interface ZoneDay {
  readonly zone: string;
  readonly date: BusinessDate;
}

const ZONE_DAY = /^(?<zone>[^\s#]+)\/(?<date>[^/#\s]+)$/;

/** @throws UsageError */
export function parseZoneDay(text: string): ZoneDay {
  const { zone, date } = ZONE_DAY.exec(text)?.groups ?? {};
  if (zone === undefined || date === undefined) throw notAZoneDay(text);
  try {
    return { zone, date: parseBusinessDate(date) };
  } catch (cause) {
    throw notAZoneDay(text, cause);
  }
}

/** Those that had started by then, in the configuration's order. @throws UsageError */
export function accountsOfZoneDay(
  accounts: readonly AccountConfig[],
  { zone, date }: ZoneDay,
  nowMs: number,
): readonly AccountConfig[] {
  const there = accounts.filter((account) => account.zone === zone);
  const [first] = there;
  if (first === undefined) {
    const zones = [...new Set(accounts.map((account) => account.zone))].sort();
    throw new UsageError(`no account is in ${zone}; the zones of the configuration are: ${zones.join(', ')}`);
  }
  assertEnded(first, date, nowMs);
  const started = there.filter(({ startDate }) => startDate <= date);
  if (started.length > 0) return started;
  const earliest = there.map(({ startDate }) => startDate).sort()[0];
  throw new UsageError(`${date} is before the accounts of ${zone} start: the first one does on ${earliest}`);
}

function notAZoneDay(text: string, cause?: unknown): UsageError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new UsageError(`"${text}" does not name a day of a zone${reason}: write zone/date such as UTC/2026-01-31`, {
    cause,
  });
}
