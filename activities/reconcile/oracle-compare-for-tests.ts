// What a pair comes to, by design section 6: the first of currency, kind, amount, status, fee that differs.

import { parseDecimalAmount } from '../../domain/money.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { I, P } from './oracle-row-for-tests.ts';

export interface Comparison {
  readonly verdict: string;
  readonly amountsDiffer: boolean;
}

/** What the customer saw, where our record is in that currency; else what moved. */
export function comparedInCurrency(facts: ProcessorRow, currency: string): { currency: string; minor: bigint } {
  if (facts.presentmentCurrency === currency && facts.presentmentMinor !== null)
    return { currency, minor: facts.presentmentMinor };
  return { currency: facts.currency, minor: facts.grossMinor };
}

export function compared(p: P, i: I, rules: RuleSet, horizonMs: number): Comparison {
  const [seen, booked] = [p.facts, i.facts];
  const money = comparedInCurrency(seen, booked.currency);
  const off = money.minor - booked.amountMinor;
  const amountsDiffer = money.currency === booked.currency && off !== 0n;
  const feesDiffer =
    seen.currency === booked.currency &&
    seen.feeMinor !== null &&
    booked.feeMinor !== null &&
    seen.feeMinor !== booked.feeMinor;
  const statusesDiffer = seen.status !== booked.status;
  const isWaiting =
    [seen.status, booked.status].includes('pending') &&
    seen.occurredAtMs + (rules.timing[seen.kind] ?? rules.timing.default) > horizonMs;
  const verdict = () => {
    if (money.currency !== booked.currency) return 'currency_mismatch';
    if (seen.kind !== booked.kind) return 'kind_mismatch';
    if (amountsDiffer && abs(off) > allowed(rules, booked.currency, money.minor)) return 'amount_mismatch';
    if (statusesDiffer && isWaiting && !feesDiffer) return 'pending_timing';
    if (statusesDiffer) return 'status_mismatch';
    if (feesDiffer) return 'fee_mismatch';
    if (amountsDiffer) return 'matched_tolerance';
    return p.introducedBy === i.introducedBy ? 'matched' : 'matched_late';
  };
  return { verdict: verdict(), amountsDiffer };
}

/** Only absolute tolerances occur in the worlds of the tests. */
function allowed(rules: RuleSet, currency: string, _minor: bigint): bigint {
  const absolute = rules.tolerance[currency]?.absolute;
  return absolute === undefined || absolute === 0 ? 0n : parseDecimalAmount(absolute, currency, 'tolerance');
}

function abs(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
