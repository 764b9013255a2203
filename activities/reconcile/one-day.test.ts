// What comes out of one day, decided long after it: the situations of the edge-case list that are about one pair of rows.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { DAY, internal, LONG_AFTER, processor, rules, situationsForTests } from './situations-for-tests.ts';

const { expectVerdicts, decidedTogether, expectStanding, newAccount, started } = situationsForTests();

decidedTogether({
  'equal id, amount, currency, status and date on both sides match (1)': [
    [processor('ch_1', 'payment 100.00 USD', { fee: '3.20' }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1', fee: '3.20' }), 'matched'],
  ],
  'a refund matches its refund and leaves the payment matched (3)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [processor('re_1', 'refund -100.00 USD', { order: 'A', parent: 'ch_1' }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1', order: 'A' }), 'matched'],
    [internal('o_2', 'refund -100.00 USD', { order: 'A', parent: 'o_1' }), 'matched'],
  ],
  'a refund that failed after it was booked as refunded is a status mismatch (5)': [
    [processor('re_1', 'refund -50.00 USD', { status: 'void' }), 'status_mismatch'],
    [internal('o_1', 'refund -50.00 USD', { names: 're_1' }), 'status_mismatch'],
  ],
  'equal statuses match, pending and void too': [
    [processor('ch_1', 'payment 10.00 USD', { status: 'pending' }), 'matched'],
    [internal('o_1', 'payment 10.00 USD', { names: 'ch_1', status: 'pending' }), 'matched'],
    [processor('ch_2', 'payment 10.00 USD', { status: 'void' }), 'matched'],
    [internal('o_2', 'payment 10.00 USD', { names: 'ch_2', status: 'void' }), 'matched'],
  ],
  'without a processor id on our side an equal order number matches (7)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
  ],
  'a record may name any id that the processor gives the movement': [
    [processor('txn_1', 'payment 100.00 USD', { alsoKnownAs: ['ch_1', 'pi_1'] }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { names: 'pi_1' }), 'matched'],
  ],
  'two real orders of one amount on one day are two matches (9)': [
    [processor('ch_1', 'payment 25.00 USD'), 'matched'],
    [processor('ch_2', 'payment 25.00 USD'), 'matched'],
    [internal('o_1', 'payment 25.00 USD', { names: 'ch_1' }), 'matched'],
    [internal('o_2', 'payment 25.00 USD', { names: 'ch_2' }), 'matched'],
  ],
  'a charge without a record is missing internally, a record without a charge at the processor (14, 15)': [
    [processor('ch_1', 'payment 100.00 USD'), 'missing_internal'],
    [internal('o_1', 'payment 70.00 USD', { names: 'ch_lost' }), 'missing_processor'],
  ],
  'an amount that is a hundred times too large is an amount mismatch (20)': [
    [processor('ch_1', 'payment 500 JPY'), 'amount_mismatch'],
    [internal('o_1', 'payment 50000 JPY', { names: 'ch_1' }), 'amount_mismatch'],
  ],
  'what the customer paid in his currency is compared with the record in that currency (24)': [
    [processor('ch_1', 'payment 108.00 USD', { presented: '100.00 EUR', fee: '3.00' }), 'matched'],
    [internal('o_1', 'payment 100.00 EUR', { names: 'ch_1', fee: '2.80' }), 'matched'],
    [processor('ch_2', 'payment 108.00 USD', { presented: '100.00 EUR' }), 'matched'],
    [internal('o_2', 'payment 108.00 USD', { names: 'ch_2' }), 'matched'],
    [processor('ch_3', 'payment 108.00 USD', { presented: '100.00 EUR' }), 'amount_mismatch'],
    [internal('o_3', 'payment 108.00 EUR', { names: 'ch_3' }), 'amount_mismatch'],
    [processor('ch_4', 'payment 108.00 USD', { presented: '100.00 EUR', order: 'D' }), 'matched'],
    [internal('o_4', 'payment 100.00 EUR', { order: 'D' }), 'matched'],
  ],
  'the same number in another dollar is a currency mismatch (25)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'currency_mismatch'],
    [internal('o_1', 'payment 100.00 CAD', { names: 'ch_1' }), 'currency_mismatch'],
    [processor('ch_2', 'payment 100.00 USD', { order: 'B' }), 'currency_mismatch'],
    [internal('o_2', 'payment 90.00 CAD', { order: 'B' }), 'currency_mismatch'],
  ],
  'a fee that is booked too low is a fee mismatch; a fee that one side does not know is not compared (26)': [
    [processor('ch_1', 'payment 100.00 USD', { fee: '3.20' }), 'fee_mismatch'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1', fee: '2.90' }), 'fee_mismatch'],
    [processor('ch_2', 'payment 100.00 USD', { fee: '3.20' }), 'matched'],
    [internal('o_2', 'payment 100.00 USD', { names: 'ch_2' }), 'matched'],
    [processor('ch_3', 'payment 100.00 USD'), 'matched'],
    [internal('o_3', 'payment 100.00 USD', { names: 'ch_3', fee: '2.90' }), 'matched'],
    [processor('ch_4', 'payment 100.00 USD', { fee: '0.00' }), 'fee_mismatch'],
    [internal('o_4', 'payment 100.00 USD', { names: 'ch_4', fee: '2.90' }), 'fee_mismatch'],
  ],
  'a refund that keeps the fee matches (27)': [
    [processor('re_1', 'refund -100.00 USD', { fee: '0.00' }), 'matched'],
    [internal('o_1', 'refund -100.00 USD', { names: 're_1' }), 'matched'],
  ],
  'a dispute without a record is missing and leaves the payment matched, partial or not (30, 33)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [processor('du_1', 'dispute -40.00 USD', { order: 'A', parent: 'ch_1', fee: '15.00' }), 'missing_internal'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1', order: 'A' }), 'matched'],
  ],
  'what was captured is compared, not what was authorised (34)': [
    [processor('auth_1', 'payment 100.00 USD', { movesBalance: false, order: 'A' }), 'ignored'],
    [processor('ch_1', 'payment 80.00 USD', { order: 'A' }), 'amount_mismatch'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A' }), 'amount_mismatch'],
    [processor('auth_2', 'payment 100.00 USD', { movesBalance: false, order: 'B' }), 'ignored'],
    [processor('ch_2', 'payment 80.00 USD', { order: 'B' }), 'matched'],
    [internal('o_2', 'payment 80.00 USD', { order: 'B' }), 'matched'],
  ],
  'an authorisation that expired while we say paid is a status mismatch; one that nobody booked is ignored (35)': [
    [processor('ch_1', 'payment 100.00 USD', { status: 'void' }), 'status_mismatch'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1' }), 'status_mismatch'],
    [processor('ch_2', 'payment 100.00 USD', { status: 'void' }), 'ignored'],
    [internal('o_3', 'payment 100.00 USD', { names: 'ch_3' }), 'missing_processor'],
  ],
  'a kind that no table knows is an unknown type, unless its partner is found (41)': [
    [processor('x_1', 'magic_money 5.00 USD'), 'unknown_type'],
    [processor('x_2', 'magic_money 5.00 USD'), 'matched'],
    [internal('o_2', 'other 5.00 USD', { names: 'x_2' }), 'matched'],
    [internal('o_3', 'voucher 5.00 USD'), 'unknown_type'],
  ],
  'a row of zero matches its partner or is ignored, and is never a break (42)': [
    [processor('ch_1', 'payment 0.00 USD'), 'matched'],
    [internal('o_1', 'payment 0.00 USD', { names: 'ch_1' }), 'matched'],
    [processor('ch_2', 'payment 0.00 USD'), 'ignored'],
    [internal('o_3', 'payment 0.00 USD'), 'ignored'],
  ],
  'a test-mode row in a live feed is ignored and counted (45)': [
    [processor('ch_1', 'payment 100.00 USD', { testMode: true }), 'ignored'],
    [processor('ch_2', 'payment 100.00 USD'), 'missing_internal'],
  ],
  'another kind of one processor id or of one signed amount is a kind mismatch': [
    [processor('ch_1', 'payment 100.00 USD'), 'kind_mismatch'],
    [internal('o_1', 'transfer 100.00 USD', { names: 'ch_1' }), 'kind_mismatch'],
    [processor('ch_2', 'adjustment -7.00 USD', { order: 'B' }), 'kind_mismatch'],
    [internal('o_2', 'fee -7.00 USD', { order: 'B' }), 'kind_mismatch'],
    // Another kind and another amount under one order number are two movements.
    [processor('ch_3', 'payment 100.00 USD', { order: 'C' }), 'missing_internal'],
    [internal('o_3', 'refund -100.00 USD', { order: 'C' }), 'missing_processor'],
  ],
  'the verdict is the first of currency, kind, amount, status and fee that differs': [
    [processor('ch_1', 'payment 100.00 USD', { fee: '1.00', status: 'void' }), 'currency_mismatch'],
    [internal('o_1', 'transfer 90.00 CAD', { names: 'ch_1', fee: '2.00' }), 'currency_mismatch'],
    [processor('ch_2', 'payment 100.00 USD', { fee: '1.00', status: 'void' }), 'kind_mismatch'],
    [internal('o_2', 'transfer 90.00 USD', { names: 'ch_2', fee: '2.00' }), 'kind_mismatch'],
    [processor('ch_3', 'payment 100.00 USD', { fee: '1.00', status: 'void' }), 'amount_mismatch'],
    [internal('o_3', 'payment 90.00 USD', { names: 'ch_3', fee: '2.00' }), 'amount_mismatch'],
    [processor('ch_4', 'payment 100.00 USD', { fee: '1.00', status: 'void' }), 'status_mismatch'],
    [internal('o_4', 'payment 100.00 USD', { names: 'ch_4', fee: '2.00' }), 'status_mismatch'],
  ],
  'payouts, reserves and conversions expect no partner': [
    [processor('po_1', 'payout -500.00 USD'), 'matched'],
    [processor('rs_1', 'reserve -50.00 USD'), 'matched'],
    [processor('cv_1', 'conversion -50.00 USD'), 'matched'],
  ],
});

test('a refund still pending at the processor waits for ten days, then is a status mismatch (6)', async () => {
  const rows = (verdict: string) =>
    [
      [processor('re_1', 'refund -50.00 USD', { status: 'pending' }), verdict],
      [internal('o_1', 'refund -50.00 USD', { names: 're_1' }), verdict],
    ] as const;
  await expectVerdicts(rows('pending_timing'), { asOf: '2026-02-10T11:59:59Z' });
  await expectVerdicts(rows('status_mismatch'), { asOf: '2026-02-10T12:00:00Z' });
});

test('another difference is not excused by a pending status', () =>
  expectVerdicts(
    [
      [processor('re_1', 'refund -50.00 USD', { status: 'pending' }), 'amount_mismatch'],
      [internal('o_1', 'refund -51.00 USD', { names: 're_1' }), 'amount_mismatch'],
      [processor('re_2', 'refund -50.00 USD', { status: 'pending', fee: '1.00' }), 'status_mismatch'],
      [internal('o_2', 'refund -50.00 USD', { names: 're_2', fee: '2.00' }), 'status_mismatch'],
    ],
    { asOf: '2026-02-01T12:00:00Z' },
  ));

test('one minor unit is within a tolerance of one and a mismatch without it (19)', async () => {
  const rows = (verdict: string) =>
    [
      [processor('ch_1', 'payment 100.00 USD'), verdict],
      [internal('o_1', 'payment 100.01 USD', { names: 'ch_1' }), verdict],
    ] as const;
  await expectVerdicts(rows('amount_mismatch'));
  await expectVerdicts(rows('matched_tolerance'), { rules: rules({ tolerance: { USD: { absolute: '0.01' } } }) });
});

test('a percent tolerance is of the compared amount, rounded down, at most its cap, at least the absolute', () =>
  expectVerdicts(
    [
      [processor('ch_1', 'payment 99.99 USD'), 'matched_tolerance'],
      [internal('o_1', 'payment 100.98 USD', { names: 'ch_1' }), 'matched_tolerance'],
      [processor('ch_2', 'payment 99.99 USD'), 'amount_mismatch'],
      [internal('o_2', 'payment 100.99 USD', { names: 'ch_2' }), 'amount_mismatch'],
      [processor('ch_3', 'payment 1000.00 USD'), 'amount_mismatch'],
      [internal('o_3', 'payment 1002.01 USD', { names: 'ch_3' }), 'amount_mismatch'],
      [processor('ch_4', 'payment 1.00 USD'), 'matched_tolerance'],
      [internal('o_4', 'payment 1.05 USD', { names: 'ch_4' }), 'matched_tolerance'],
      // One percent of what the customer paid in dollars, not of 15,000 yen.
      [processor('ch_5', 'payment 15000 JPY', { presented: '100.00 USD' }), 'amount_mismatch'],
      [internal('o_5', 'payment 101.50 USD', { names: 'ch_5' }), 'amount_mismatch'],
    ],
    { rules: rules({ tolerance: { USD: { absolute: '0.05', percent: '1', cap: '2.00' } } }) },
  ));

test('an account fee that nobody booked is missing, and matched where no partner is expected (29)', async () => {
  const fee = processor('fee_1', 'fee -9.00 USD');
  await expectVerdicts([[fee, 'missing_internal']]);
  await expectVerdicts([[fee, 'matched']], { rules: rules({ partner: { fee: 'optional' } }) });
  await expectVerdicts([[fee, 'matched']], { rules: rules({ partner: { fee: 'never' } }) });
});

test('an inquiry without money is ignored (32)', () =>
  expectVerdicts([[processor('du_1', 'dispute -40.00 USD', { movesBalance: false }), 'ignored']]));

test('a line that cannot be read is set aside with its reason, the rest goes on, and the day has a difference (43)', async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 1.00 USD');
  const like = { kind: 'payment', currency: 'USD', occurredAt: `${DAY}T12:00:00Z` };
  const run = await account.runDay({
    date: DAY,
    asOf: LONG_AFTER,
    processor: [
      charge.record,
      { ...like, id: 'ch_2', gross: '' },
      { ...like, id: 'ch_3', gross: '1.234,50' },
      { ...like, id: 'ch_4', gross: '1.00', occurredAt: '46053' },
      '{"id": "ch_5", ',
    ],
    internal: [internal('o_1', 'payment 1.00 USD', { names: 'ch_1' }).record],
  });
  await expectStanding(account, [[charge, 'matched']]);
  const reasons = await started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select q.position || ' ' || q.reason as said from quarantined_rows q join accounts using (account_id)
    where account = ${account.account} order by q.position::int`);
  expect(reasons).toEqual([
    expect.stringMatching(/^2 gross: /),
    expect.stringMatching(/^3 gross: /),
    expect.stringMatching(/^4 occurredAt: /),
    expect.stringMatching(/^5 /),
  ]);
  expect(run.outcome).toBe('differences');
});
