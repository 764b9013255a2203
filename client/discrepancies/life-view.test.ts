import { expect, test } from '@jest/globals';
import type { DiscrepancyDetail } from '../database/read-discrepancies.ts';
import type { Proposal } from '../database/read-proposals.ts';
import { discrepancyDetailOnTheWire, renderDiscrepancies, renderDiscrepancy } from '../discrepancy-view.ts';
import { plainPalette } from '../terminal/plain-palette-for-tests.ts';

const SHA = '3f2a9c1d04be'.padEnd(64, '0');
const TYPED = '=1+1\n<script>alert(1)</script>\u001b[2J\u202eend';

const pending: Proposal = {
  proposalId: 5n,
  discrepancyId: 17n,
  kind: 'write_off',
  sha256: SHA,
  status: 'pending',
  reason: 'processor_fee',
  because: 'seen in the contract',
  proposedBy: 'ann',
  proposedAtMs: Date.parse('2026-02-02T09:00:00Z'),
  decidedBy: null,
  decidedAtMs: null,
  decidedBecause: null,
  body: { rows: [{ side: 'processor', id: 'txn_1', version: 1, amount: '100', currency: 'USD' }] },
};

const open: DiscrepancyDetail = {
  discrepancyId: 17n,
  account: 'stripe/us',
  zone: 'UTC',
  level: 'activity',
  anchorSide: 'processor',
  anchorId: 'txn_1',
  date: '2026-01-31',
  verdict: 'missing_internal',
  reason: null,
  state: 'open',
  severity: 'high',
  severityReason: null,
  kind: 'payment',
  currency: 'USD',
  amountMinor: 100n,
  partnerId: null,
  closedBy: null,
  assignee: null,
  firstSeenAtMs: Date.parse('2026-02-01T04:10:00Z'),
  dueAtMs: Date.parse('2026-02-03T04:10:00Z'),
  overdue: false,
  escalation: 0,
  proposal: null,
  rule: null,
  differences: null,
  processorRowId: 1n,
  processorDate: '2026-01-31',
  internalRowId: null,
  internalDate: null,
  rows: [],
  changes: [],
  events: [],
  proposals: [],
  notes: [],
};

const listed = (changes: Partial<DiscrepancyDetail>) => renderDiscrepancies(plainPalette, [{ ...open, ...changes }]);

test('the list says whose it is, what waits for whom, and what is overdue', () => {
  expect(listed({})).toMatch(/open +2026-02-03$/);
  expect(listed({ state: 'assigned', assignee: 'ben' })).toContain('assigned to ben');
  const proposal = { kind: 'write_off', name: '5@3f2a9c1d04be', status: 'pending' };
  expect(listed({ state: 'proposed', proposal })).toContain('proposed: write off 5@3f2a9c1d04be');
  expect(listed({ state: 'proposed', proposal: { ...proposal, status: 'approved' } })).toContain(
    'approved: write off 5@3f2a9c1d04be, with the next run',
  );
  expect(listed({ state: 'closed', closedBy: 'matched_late', dueAtMs: null })).toMatch(/closed, matched late$/);
  expect(listed({ state: 'written_off', closedBy: 'person', dueAtMs: null })).toMatch(/written off$/);
  expect(listed({ overdue: true, escalation: 2 })).toContain('2026-02-03 overdue, escalated 2×');
});

test('a note is shown line by line without what could move the cursor, and given to scripts as it was typed', () => {
  const noted = { ...open, notes: [{ author: 'ann', createdAtMs: open.firstSeenAtMs, body: TYPED }] };
  const text = renderDiscrepancy(plainPalette, noted);
  expect(text).toContain('Note of ann, 1 Feb 2026, 04:10\n  =1+1\n  <script>alert(1)</script>\ufffd[2J\ufffdend');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
  expect(discrepancyDetailOnTheWire(noted)).toMatchObject({ notes: [{ author: 'ann', body: TYPED }] });
});

test('a proposal is shown with its rows, its reason and who has to decide', () => {
  const text = renderDiscrepancy(plainPalette, { ...open, proposals: [pending] });
  expect(text).toMatch(
    /5@3f2a9c1d04be +write off +processor txn_1 +ann, 2 Feb 2026, 09:00 +processor fee: seen in the contract +waits/,
  );
  const decided = { ...pending, status: 'rejected' as const, decidedBy: 'ben', decidedBecause: 'ask\u001b first' };
  expect(renderDiscrepancy(plainPalette, { ...open, proposals: [decided] })).toContain(
    'rejected by ben: ask\ufffd first',
  );
});
