// Hand-made totals that satisfy the gate's equation, for the reports of reports-for-tests.ts. Never imported by the
// product.
import type { Term, TermTotal, VerdictTotal } from './run-report.ts';

export function sampleTotals(): TermTotal[] {
  const line = (
    side: 'processor' | 'internal',
    kind: 'payment' | 'refund' | 'fee',
    numbers: Record<Term, readonly [bigint, bigint, bigint]>,
  ) =>
    Object.entries(numbers).map(([term, [count, debitsMinor, creditsMinor]]) => ({
      term: term as Term,
      side,
      level: 'activity' as const,
      kind,
      currency: 'USD',
      movesBalance: true,
      count,
      debitsMinor,
      creditsMinor,
    }));
  return [
    ...line('processor', 'payment', {
      open_before: [3n, 0n, 24_750n],
      introduced: [9_412n, 0n, 81_244_019n],
      taken_up: [0n, 0n, 0n],
      version_delta: [0n, 0n, 0n],
      reopened: [0n, 0n, 0n],
      closed: [9_407n, 0n, 79_835_919n],
      open_after: [8n, 0n, 1_432_850n],
    }),
    ...line('processor', 'refund', {
      open_before: [0n, 0n, 0n],
      introduced: [459n, 2_104_377n, 0n],
      taken_up: [0n, 0n, 0n],
      version_delta: [0n, 0n, 0n],
      reopened: [0n, 0n, 0n],
      closed: [458n, 2_095_927n, 0n],
      open_after: [1n, 8_450n, 0n],
    }),
    ...line('internal', 'payment', {
      open_before: [1n, 0n, 7_700n],
      introduced: [9_407n, 0n, 81_093_219n],
      taken_up: [0n, 0n, 0n],
      version_delta: [0n, 0n, 500n],
      reopened: [1n, 0n, 5_499n],
      closed: [9_405n, 0n, 79_788_918n],
      open_after: [4n, 0n, 1_318_000n],
    }),
    ...line('internal', 'refund', {
      open_before: [0n, 0n, 0n],
      introduced: [459n, 2_104_377n, 0n],
      taken_up: [0n, 0n, 0n],
      version_delta: [0n, 0n, 0n],
      reopened: [0n, 0n, 0n],
      closed: [458n, 2_095_927n, 0n],
      open_after: [1n, 8_450n, 0n],
    }),
  ];
}

export function sampleVerdicts(): VerdictTotal[] {
  const total = (
    side: 'processor' | 'internal',
    verdict: VerdictTotal['verdict'],
    count: bigint,
    amountMinor: bigint,
    currency = 'USD',
  ) => ({ side, level: 'activity' as const, verdict, currency, count, amountMinor });
  return [
    total('processor', 'matched', 9_849n, 0n),
    total('processor', 'matched_late', 1n, 0n),
    total('processor', 'ignored', 12n, 0n),
    total('processor', 'currency_mismatch', 1n, 1_200_000n),
    total('processor', 'missing_internal', 1n, 125_000n),
    total('processor', 'missing_internal', 1n, 4_800n, 'JPY'),
    total('processor', 'missing_internal', 1n, 12_345n, 'KWD'),
    total('processor', 'ambiguous', 1n, 30_000n),
    total('processor', 'status_mismatch', 1n, 8_450n),
    total('processor', 'amount_mismatch', 1n, 500n),
    total('processor', 'fee_mismatch', 1n, 345n),
    total('processor', 'pending_timing', 1n, 2_150n),
    total('internal', 'matched', 9_849n, 0n),
    total('internal', 'missing_processor', 1n, 118_000n),
  ];
}
