// Hand-made discrepancies of every kind for tests of reports and mails. Never imported by the product.
import type { DiscrepancyTotal, ReportedDiscrepancy, SideRow } from './run-report.ts';

const OCCURRED_AT_MS = Date.UTC(2026, 0, 31, 15);

export function sampleSide(changes: Partial<SideRow> = {}): SideRow {
  return {
    externalId: 'ch_3SvQ2kLkdIwHu7ix0Wr8fG2a',
    amountMinor: 125_000n,
    feeMinor: 3_655n,
    currency: 'USD',
    kind: 'payment',
    status: 'settled',
    merchantReference: 'order-20260131-00417',
    occurredAtMs: OCCURRED_AT_MS,
    ...changes,
  };
}

export function sampleDiscrepancy(changes: Partial<ReportedDiscrepancy> = {}): ReportedDiscrepancy {
  return {
    section: 'own',
    discrepancyId: 9001n,
    level: 'activity',
    anchorSide: 'processor',
    anchorExternalId: 'ch_3SvQ2kLkdIwHu7ix0Wr8fG2a',
    partnerExternalId: null,
    besideExternalIds: null,
    businessDate: '2026-01-31',
    verdict: 'missing_internal',
    reason: null,
    state: 'open',
    severity: 'high',
    kind: 'payment',
    currency: 'USD',
    amountMinor: 125_000n,
    processor: sampleSide(),
    internal: null,
    differences: [],
    rule: null,
    members: null,
    surplus: null,
    balanced: null,
    closedBy: null,
    changedLater: false,
    ...changes,
  };
}

/** Totals of exactly these discrepancies, as the database would count them. */
export function totalsOf(discrepancies: readonly ReportedDiscrepancy[]): DiscrepancyTotal[] {
  const totals = new Map<string, DiscrepancyTotal>();
  for (const { section, severity, verdict, currency, amountMinor, changedLater } of discrepancies) {
    const key = [section, severity, verdict, currency].join('|');
    const known = totals.get(key) ?? {
      section,
      severity,
      verdict,
      currency,
      count: 0n,
      amountMinor: 0n,
      changedLater: 0n,
    };
    totals.set(key, {
      ...known,
      count: known.count + 1n,
      amountMinor: known.amountMinor + amountMinor,
      changedLater: known.changedLater + (changedLater ? 1n : 0n),
    });
  }
  return [...totals.values()];
}

export function sampleDiscrepancies(): ReportedDiscrepancy[] {
  const internal = (changes: Partial<SideRow>) => sampleSide({ externalId: 'ord_88213', feeMinor: null, ...changes });
  return [
    sampleDiscrepancy({
      verdict: 'currency_mismatch',
      severity: 'critical',
      amountMinor: 1_200_000n,
      rule: 'processor_id',
      processor: sampleSide({ amountMinor: 1_200_000n }),
      internal: internal({ amountMinor: 1_200_000n, currency: 'EUR' }),
      differences: [{ field: 'currency', processor: 'USD', internal: 'EUR' }],
    }),
    sampleDiscrepancy(),
    sampleDiscrepancy({
      verdict: 'missing_processor',
      anchorSide: 'internal',
      anchorExternalId: 'ord_88290',
      amountMinor: 118_000n,
      processor: null,
      internal: internal({ externalId: 'ord_88290', amountMinor: 118_000n, merchantReference: 'order-20260131-00502' }),
    }),
    sampleDiscrepancy({
      severity: 'medium',
      verdict: 'ambiguous',
      reason: 'several equally good partners',
      amountMinor: 30_000n,
      members: 4,
      balanced: true,
      processor: sampleSide({ externalId: 'ch_3SvRt1LkdIwHu7ix1bC9dE0f', amountMinor: 30_000n }),
    }),
    sampleDiscrepancy({
      severity: 'medium',
      verdict: 'status_mismatch',
      kind: 'refund',
      amountMinor: 8_450n,
      rule: 'merchant_reference',
      state: 'assigned',
      processor: sampleSide({ externalId: 're_3SvQ2kLkdIwHu7ix0pQ4rS5t', kind: 'refund', amountMinor: -8_450n }),
      internal: internal({ externalId: 'rfd_2207', kind: 'refund', amountMinor: -8_450n, status: 'pending' }),
      differences: [{ field: 'status', processor: 'settled', internal: 'pending' }],
    }),
    sampleDiscrepancy({
      severity: 'low',
      verdict: 'amount_mismatch',
      amountMinor: 500n,
      rule: 'processor_id',
      processor: sampleSide({ amountMinor: 4_999n }),
      internal: internal({ amountMinor: 5_499n }),
      differences: [{ field: 'amount', processor: '49.99', internal: '54.99' }],
    }),
    sampleDiscrepancy({
      severity: 'low',
      verdict: 'fee_mismatch',
      amountMinor: 345n,
      rule: 'processor_id',
      processor: sampleSide({ amountMinor: 22_000n, feeMinor: 968n }),
      internal: internal({ amountMinor: 22_000n, feeMinor: 623n }),
      differences: [{ field: 'fee', processor: '9.68', internal: '6.23' }],
    }),
    sampleDiscrepancy({
      severity: 'low',
      amountMinor: 4_800n,
      currency: 'JPY',
      processor: sampleSide({ amountMinor: 4_800n, currency: 'JPY', feeMinor: 172n }),
    }),
    sampleDiscrepancy({
      severity: 'low',
      amountMinor: 12_345n,
      currency: 'KWD',
      processor: sampleSide({ amountMinor: 12_345n, currency: 'KWD', feeMinor: null, merchantReference: null }),
    }),
    sampleDiscrepancy({
      section: 'carried',
      severity: 'medium',
      amountMinor: 8_900n,
      businessDate: '2026-01-27',
      processor: sampleSide({ amountMinor: 8_900n }),
    }),
    sampleDiscrepancy({
      section: 'waiting',
      severity: 'low',
      verdict: 'pending_timing',
      amountMinor: 2_150n,
      processor: sampleSide({ amountMinor: 2_150n }),
    }),
    sampleDiscrepancy({
      section: 'closed',
      severity: 'medium',
      state: 'closed',
      closedBy: 'matched_late',
      rule: 'processor_id',
      businessDate: '2026-01-30',
      amountMinor: 7_700n,
      processor: sampleSide({ amountMinor: 7_700n }),
      internal: internal({ externalId: 'ord_88104', amountMinor: 7_700n }),
      partnerExternalId: 'ord_88104',
    }),
  ];
}
