// The days that every source is read for: one run with the days before it, at a clock that stands still, so that the
// same requests are made whenever and wherever it is measured.
import { addDays, parseBusinessDate } from '../domain/business-date.ts';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import type { World } from '../sandbox/world/world.ts';
import { BENCH_DATE } from './files.ts';

/** Payouts come two days after what they pay out: fewer days would have none with members. */
export const BENCH_DAYS = 4;
export const BENCH_ZONE = 'UTC';
export const BENCH_FIRST_DATE = addDays(parseBusinessDate(BENCH_DATE), 1 - BENCH_DAYS);
/** Long enough after for everything to be listed, cleared and paid out. */
export const BENCH_NOW_MS = Date.UTC(2026, 0, 25);

export function benchWorld(account: string, rows: number): World {
  return generateWorld({
    seed: 'bench',
    account,
    zone: BENCH_ZONE,
    firstDate: BENCH_FIRST_DATE,
    days: BENCH_DAYS,
    transactionsPerDay: Math.ceil(rows / BENCH_DAYS),
  });
}
