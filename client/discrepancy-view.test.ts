import { expect, test } from '@jest/globals';
import type { DiscrepancyDetail } from './database/read-discrepancies.ts';
import { discrepancyDetailOnTheWire, renderDiscrepancies, renderDiscrepancy } from './discrepancy-view.ts';
import { plainPalette } from './terminal/plain-palette-for-tests.ts';

const mismatch: DiscrepancyDetail = {
  discrepancyId: 17n,
  account: 'stripe/us',
  zone: 'UTC',
  level: 'activity',
  anchorSide: 'processor',
  anchorId: 'txn_1',
  date: '2026-01-31',
  verdict: 'amount_mismatch',
  reason: 'pair by merchant_reference',
  state: 'open',
  severity: 'low',
  severityReason: 'everything else',
  kind: 'payment',
  currency: 'JPY',
  amountMinor: 100n,
  partnerId: 'order-1',
  closedBy: null,
  assignee: null,
  firstSeenAtMs: Date.parse('2026-02-01T04:10:00Z'),
  dueAtMs: Date.parse('2026-02-11T04:10:00Z'),
  overdue: false,
  escalation: 0,
  proposal: null,
  rule: 'merchant_reference',
  differences: { amount: ['7000', '7100'], status: ['settled', 'pending'] },
  processorRowId: 1n,
  processorDate: '2026-01-31',
  internalRowId: null,
  internalDate: null,
  rows: [],
  changes: [
    {
      side: 'processor',
      version: 2,
      field: 'amount',
      before: '6000',
      after: '7000',
      currencyBefore: 'USD',
      currency: 'JPY',
    },
    {
      side: 'processor',
      version: 2,
      field: 'merchant_reference',
      before: null,
      after: 'order-1',
      currencyBefore: 'JPY',
      currency: 'JPY',
    },
  ],
  events: [],
  proposals: [],
  notes: [],
};

test('money is written in its currency, other fields as they are', () => {
  expect(discrepancyDetailOnTheWire(mismatch)).toMatchObject({
    amount: '100',
    differences: [
      { field: 'amount', processor: '7000', internal: '7100' },
      { field: 'status', processor: 'settled', internal: 'pending' },
    ],
  });
  expect(renderDiscrepancy(plainPalette, mismatch)).toMatch(/amount +7000 +7100/);
});

test('a correction shows what it changed, money in the currency of its version', () => {
  expect(discrepancyDetailOnTheWire(mismatch)).toMatchObject({
    changes: [
      { side: 'processor', version: 2, field: 'amount', before: '60.00', after: '7000' },
      { field: 'merchant_reference', before: null, after: 'order-1' },
    ],
  });
  expect(renderDiscrepancy(plainPalette, mismatch)).toMatch(/2 +merchant reference +nothing +order-1/);
});

test('an id from outside cannot move the cursor', () => {
  const hostile = { ...mismatch, anchorId: 'txn\u001b[2J\u202e1' };
  for (const text of [renderDiscrepancies(plainPalette, [hostile]), renderDiscrepancy(plainPalette, hostile)]) {
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  }
});

test('a person reads what to do next', () => {
  expect(renderDiscrepancy(plainPalette, mismatch)).toContain('Compare the two amounts with the order');
});
