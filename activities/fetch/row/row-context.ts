// What a row's parser must know besides the row: whose rows these are and which calendar gives the home date.
import { type BusinessDate, businessDateFinder } from '../../../domain/business-date.ts';

export interface RowContext {
  readonly account: string;
  readonly homeDateOf: (occurredAtMs: number) => BusinessDate;
}

/** One per read: the finder remembers the days it has met. */
export function rowContext(account: string, zone: string): RowContext {
  return { account, homeDateOf: businessDateFinder(zone) };
}
