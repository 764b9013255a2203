// The calendar of a trend: every day up to the run's, so that a day without a run is a gap and not forgotten. Pure.
import { Temporal } from 'temporal-polyfill';
import { TREND_DAYS } from '../read-trend.ts';

/** Ascending, the run's day last. */
export function trendDates(runDate: string): string[] {
  const last = Temporal.PlainDate.from(runDate);
  return Array.from({ length: TREND_DAYS }, (_, index) => last.subtract({ days: TREND_DAYS - 1 - index }).toString());
}

/** "31 Jan" */
export function shortDate(date: string): string {
  const { day, month } = Temporal.PlainDate.from(date);
  return `${day}\u00a0${'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[month - 1]}`;
}
