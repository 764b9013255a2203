// What each verdict of the demo's table means, for somebody who has never read the design.
import { VERDICTS } from '../domain/vocabulary.ts';

const MEANINGS: Readonly<Record<string, string>> = {
  matched: 'both sides say the same, one to one',
  'matched by sum': 'one row stands for several of the other side',
  'matched by keyless': 'no key, but one such amount on each side',
  'matched by netting': 'taken and given back, and nobody booked either',
  matched_tolerance: 'off by no more than the rules allow',
  matched_late: 'missing or pending before, and there now',
  pending_timing: 'the other side may still come',
  pending_source: 'first try of a day, our books late: not missing',
  missing_internal: 'the processor has it, we do not',
  missing_processor: 'we have it, the processor does not',
  amount_mismatch: 'the amounts differ',
  currency_mismatch: 'the currencies differ',
  fee_mismatch: 'the fees differ',
  status_mismatch: 'one side settled it, the other gave it up',
  kind_mismatch: 'a refund here is a dispute there',
  fx_variance: 'exchanged at a rate outside the band',
  duplicate_processor: 'charged twice',
  duplicate_internal: 'booked twice',
  ambiguous: 'equal rows, and no key that tells which is which',
  unexplained_remainder: 'a payout that is not the sum of its entries',
  data_error: 'nobody can read it: set aside with its reason',
  unknown_type: 'a code that no table knows',
  ignored: 'by rule: test mode, zero, nothing moved',
};

export function meaningOf(verdict: string): string {
  return MEANINGS[verdict] ?? '';
}

/** As the design lists the verdicts; what is matched in a special way stands below matched. */
export function inReadingOrder<T>(lines: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  const known: readonly string[] = VERDICTS;
  const rank = (verdict: string) => known.indexOf(verdict.split(' ')[0] ?? '');
  return [...lines].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
