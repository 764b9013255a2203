// What more than one row on a side comes to: sums, duplicates, reversals and riddles, decided in one day.
import { test } from '@jest/globals';
import { internal, processor, situationsForTests } from './situations-for-tests.ts';

const { expectVerdicts, decidedTogether } = situationsForTests();

decidedTogether({
  'two partial refunds against one refund of their sum (4)': [
    [processor('re_1', 'refund -30.00 USD', { order: 'A', parent: 'ch_1' }), 'matched'],
    [processor('re_2', 'refund -20.00 USD', { order: 'A', parent: 'ch_1' }), 'matched'],
    [internal('o_1', 'refund -50.00 USD', { order: 'A', parent: 'o_0' }), 'matched'],
  ],
  'two charges for one order (8)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'duplicate_processor'],
    [processor('ch_2', 'payment 100.00 USD', { order: 'A' }), 'duplicate_processor'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
  ],
  'two charges for one order of which our record names one: that one matched, the other not missing (8)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [processor('ch_2', 'payment 100.00 USD', { order: 'A' }), 'duplicate_processor'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A', names: 'ch_1' }), 'matched'],
    [processor('ch_3', 'payment 100.00 USD', { order: 'B' }), 'matched'],
    [processor('ch_4', 'payment 100.00 USD', { order: 'B' }), 'duplicate_processor'],
    [internal('o_3', 'payment 100.00 USD', { names: 'ch_3' }), 'matched'],
  ],
  'two charges and two records under one order number, without ids on one side (10)': [
    [processor('ch_1', 'payment 25.00 USD', { order: 'A' }), 'ambiguous'],
    [processor('ch_2', 'payment 25.00 USD', { order: 'A' }), 'ambiguous'],
    [internal('o_1', 'payment 25.00 USD', { order: 'A' }), 'ambiguous'],
    [internal('o_2', 'payment 25.00 USD', { order: 'A' }), 'ambiguous'],
  ],
  'one processor id on two records (11)': [
    [processor('ch_1', 'payment 100.00 USD'), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1' }), 'duplicate_internal'],
    [internal('o_2', 'payment 100.00 USD', { names: 'ch_1' }), 'duplicate_internal'],
  ],
  'one movement named by two records, by its own id and by another: the own id decides, the other is not missing': [
    [processor('txn_1', 'payment 100.00 USD', { alsoKnownAs: ['ch_1'] }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { names: 'txn_1' }), 'matched'],
    [internal('o_2', 'payment 100.00 USD', { names: 'ch_1' }), 'duplicate_internal'],
  ],
  'one id on two movements': [
    [processor('txn_1', 'payment 100.00 USD', { alsoKnownAs: ['pi_1'] }), 'duplicate_processor'],
    [processor('txn_2', 'payment 100.00 USD', { alsoKnownAs: ['pi_1'] }), 'duplicate_processor'],
    [internal('o_1', 'payment 100.00 USD', { names: 'pi_1' }), 'matched'],
  ],
  'a charge booked in two parts, one naming the charge, the other the order': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [internal('o_1', 'payment 60.00 USD', { order: 'A', names: 'ch_1' }), 'matched'],
    [internal('o_2', 'payment 40.00 USD', { order: 'A' }), 'matched'],
  ],
  'two captures of one order, the record naming one of them': [
    [processor('ch_1', 'payment 60.00 USD', { order: 'A' }), 'matched'],
    [processor('ch_2', 'payment 40.00 USD', { order: 'A' }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A', names: 'ch_1' }), 'matched'],
  ],
  'a fee that was given back is not the fee (28)': [
    [processor('fee_1', 'fee -3.00 USD', { parent: 'ch_1' }), 'status_mismatch'],
    [processor('fee_2', 'fee 3.00 USD', { parent: 'ch_1', reverses: true }), 'status_mismatch'],
    [internal('o_1', 'fee -3.00 USD', { names: 'fee_1' }), 'status_mismatch'],
  ],
  'a dispute that was won back: the dispute, its reversal and our record of it (30, 31)': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [processor('du_1', 'dispute -100.00 USD', { parent: 'ch_1', order: 'A' }), 'status_mismatch'],
    [processor('du_2', 'dispute 100.00 USD', { parent: 'ch_1', reverses: true, order: 'A' }), 'status_mismatch'],
    [internal('o_1', 'payment 100.00 USD', { names: 'ch_1', order: 'A' }), 'matched'],
    [internal('o_2', 'dispute -100.00 USD', { names: 'du_1', order: 'A' }), 'status_mismatch'],
  ],
  'a refund that failed and came back, our record still says refunded (5, 31)': [
    [processor('re_1', 'refund -50.00 USD', { order: 'A' }), 'status_mismatch'],
    [processor('re_2', 'refund 50.00 USD', { parent: 're_1', reverses: true }), 'status_mismatch'],
    [internal('o_1', 'refund -50.00 USD', { order: 'A' }), 'status_mismatch'],
  ],
  'a reversal that we booked too': [
    [processor('re_1', 'refund -50.00 USD'), 'matched'],
    [processor('re_2', 'refund 50.00 USD', { parent: 're_1', reverses: true }), 'matched'],
    [internal('o_1', 'refund -50.00 USD', { names: 're_1' }), 'matched'],
    [internal('o_2', 'refund 50.00 USD', { names: 're_2', parent: 'o_1', reverses: true }), 'matched'],
  ],
  'a reversal whose original is named by another of its ids': [
    [processor('txn_1', 'refund -50.00 USD', { alsoKnownAs: ['re_1'] }), 'status_mismatch'],
    [processor('txn_2', 'refund 50.00 USD', { parent: 're_1', reverses: true }), 'status_mismatch'],
    [internal('o_1', 'refund -50.00 USD', { names: 're_1' }), 'status_mismatch'],
  ],
  'a charge booked in three parts, by two kinds of keys': [
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [internal('o_1', 'payment 60.00 USD', { names: 'ch_1' }), 'matched'],
    [internal('o_2', 'payment 30.00 USD', { names: 'ch_1' }), 'matched'],
    [internal('o_3', 'payment 10.00 USD', { order: 'A' }), 'matched'],
  ],
  'a fee that is booked too low is no reason to mistrust the processor id, even when the order has two charges': [
    [processor('ch_1', 'payment 60.00 USD', { order: 'A', fee: '2.00' }), 'fee_mismatch'],
    [processor('ch_2', 'payment 40.00 USD', { order: 'A', fee: '1.50' }), 'fee_mismatch'],
    [internal('o_1', 'payment 60.00 USD', { order: 'A', fee: '1.80', names: 'ch_1' }), 'fee_mismatch'],
    [internal('o_2', 'payment 40.00 USD', { order: 'A', fee: '1.20', names: 'ch_2' }), 'fee_mismatch'],
  ],
  'a row of the settlement level is never compared with our records, and a remainder where no payout takes it': [
    [processor('py_1', 'payment 100.00 USD', { level: 'settlement', order: 'A' }), 'unexplained_remainder'],
    [processor('ch_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
    [internal('o_1', 'payment 100.00 USD', { order: 'A' }), 'matched'],
  ],
  'a reversal that moved no money, or is void, holds nothing back': [
    [processor('auth_2', 'payment -80.00 USD', { parent: 'auth_1', reverses: true, movesBalance: false }), 'ignored'],
    [processor('auth_1', 'payment 80.00 USD'), 'matched'],
    [internal('o_1', 'payment 80.00 USD', { names: 'auth_1' }), 'matched'],
  ],
});

test('a second record beside a pair that waits for a status is one too many, not missing', () =>
  expectVerdicts(
    [
      [processor('re_1', 'refund -50.00 USD', { status: 'pending', order: 'A' }), 'pending_timing'],
      [internal('o_1', 'refund -50.00 USD', { names: 're_1', order: 'A' }), 'pending_timing'],
      [internal('o_2', 'refund -50.00 USD', { order: 'A', at: '2026-01-01T12:00:00Z' }), 'duplicate_internal'],
    ],
    { asOf: '2026-02-01T00:00:00Z' },
  ));

test('a key on more than fifty rows is no evidence, and is reported', async () => {
  const charges = Array.from({ length: 51 }, (_, at) => processor(`ch_${at}`, 'payment 1.00 USD', { order: 'many' }));
  await expectVerdicts([
    ...charges.map((row) => [row, 'missing_internal'] as const),
    [internal('o_1', 'payment 1.00 USD', { order: 'many' }), 'missing_processor'],
  ]);
});
