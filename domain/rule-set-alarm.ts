// Decides how much the tolerated differences of one run may add up to before somebody is told. Pure.
import { parseDecimalAmount } from './money.ts';
import type { RuleSet } from './rule-set.ts';

/** A thousand of the currency's smallest units: 10.00 USD, 1000 JPY. What cents in both directions come to stays below it. */
export const TOLERANCE_ALARM_DEFAULT_MINOR = 1_000n;

/** In minor units, of the currencies that the rules name. */
export function toleranceAlarms({ toleranceAlarm }: Pick<RuleSet, 'toleranceAlarm'>): ReadonlyMap<string, bigint> {
  return new Map(
    Object.entries(toleranceAlarm ?? {}).map(([currency, total]) => [
      currency,
      parseDecimalAmount(total, currency, 'toleranceAlarm'),
    ]),
  );
}
