// What payouts paid out: the sum of their entries, what is left of it, and what waits for the other half.
import { expect, test } from '@jest/globals';
import { ITEMISED, NEXT_DAY, PAID, payout, SOON, sale, settlementOf } from './settlement-for-tests.ts';
import { internal, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();
const { settled, open, differences } = settlementOf(() => started().engine);

test('a payout is the sum of its entries', async () => {
  const account = newAccount(ITEMISED);
  const run = await runOf(
    account,
    [
      ...sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }),
      ...sale('ch_2', '50.00 USD', { fee: '2.00', payout: 'po_1' }),
      payout('-145.00 USD'),
    ],
    PAID,
  );
  expect(run.outcome).toBe('clean');
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
});

test('what a payout is off by is its remainder, to the cent, on the payout', async () => {
  const account = newAccount(ITEMISED);
  const run = await runOf(
    account,
    [...sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }), payout('-90.00 USD')],
    PAID,
  );
  expect(run.outcome).toBe('differences');
  expect(await open(account)).toEqual(['po_1 unexplained_remainder the payout is not the sum of its 1 entry']);
  expect(await differences(account)).toEqual(['po_1 unexplained_remainder 700 USD open']);
});

test('an entry that comes late settles the payout, and the discrepancy closes with it', async () => {
  const account = newAccount(ITEMISED);
  await runOf(account, [...sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }), payout('-90.00 USD')], PAID);
  await runOf(account, [processor('res_1', 'reserve -7.00 USD', { fee: '0.00', payout: 'po_1' })], PAID);
  expect(await open(account)).toEqual([]);
  expect(await settled(account)).toEqual(['po_1 matched_late by payout']);
  expect(await differences(account)).toEqual(['po_1 matched_late 700 USD closed matched_late']);
});

test('a late entry opens a payout again that added up before', async () => {
  const account = newAccount(ITEMISED);
  await runOf(account, [...sale('ch_1', '97.00 USD', { fee: '0.00', payout: 'po_1' }), payout('-97.00 USD')], PAID);
  await runOf(account, [processor('res_1', 'reserve -7.00 USD', { fee: '0.00', payout: 'po_1' })], PAID);
  expect(await settled(account)).toEqual([]);
  expect(await differences(account)).toEqual(['po_1 unexplained_remainder 700 USD open']);
});

test('a payout before its entries is ambiguous until they come', async () => {
  const account = newAccount(ITEMISED);
  await runOf(account, [payout('-97.00 USD')], PAID);
  expect(await open(account)).toEqual(['po_1 ambiguous the payout lists no entries']);
  expect(await differences(account)).toEqual(['po_1 ambiguous 9700 USD open']);
  await runOf(account, sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1', at: `${NEXT_DAY}T09:00:00Z` }), {
    ...PAID,
    date: NEXT_DAY,
  });
  expect(await settled(account)).toEqual(['po_1 matched_late by payout']);
  expect(await differences(account)).toEqual(['po_1 matched_late 9700 USD closed matched_late']);
});

test('entries wait ten days for their payout, then their batch is a remainder, and one item all along', async () => {
  const account = newAccount(ITEMISED);
  const sales = [
    ...sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }),
    ...sale('ch_2', '50.00 USD', { fee: '2.00', payout: 'po_1' }),
  ];
  await runOf(account, sales, SOON);
  expect(await open(account)).toEqual(['ch_1 pending_timing no payout has come for 2 entries']);
  await runOf(account, [], { date: NEXT_DAY, asOf: '2026-02-10T11:00:00Z' });
  expect(await differences(account)).toEqual(['ch_1 pending_timing 14500 USD open']);
  const overdue = await runOf(account, [], { date: '2026-02-10', asOf: '2026-02-11T00:00:00Z' });
  expect(await differences(account)).toEqual(['ch_1 unexplained_remainder 14500 USD open']);
  expect(overdue.outcome).toBe('differences');
  await runOf(account, [payout('-145.00 USD', { at: '2026-02-11T03:00:00Z' })], {
    date: '2026-02-11',
    asOf: '2026-02-12T00:00:00Z',
  });
  expect(await open(account)).toEqual([]);
  expect(await settled(account)).toEqual(['ch_1 matched_late by payout', 'po_1 matched_late by payout']);
  expect(await differences(account)).toEqual(['ch_1 matched_late 14500 USD closed matched_late']);
});

test('a batch that waited and is off keeps its item', async () => {
  const account = newAccount(ITEMISED);
  await runOf(account, sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }), SOON);
  await runOf(account, [payout('-90.00 USD', { at: `${NEXT_DAY}T03:00:00Z` })], {
    date: NEXT_DAY,
    asOf: '2026-02-02T00:00:00Z',
  });
  expect(await open(account)).toEqual([
    'ch_1 unexplained_remainder the payout is not the sum of its 1 entry',
    'po_1 unexplained_remainder the payout is not the sum of its 1 entry',
  ]);
  expect(await differences(account)).toEqual(['ch_1 unexplained_remainder 700 USD open']);
});

test('a batch that adds up to nothing needs no payout', async () => {
  const account = newAccount(ITEMISED);
  await runOf(
    account,
    [
      processor('fee_1', 'fee -10.00 USD', { fee: '0.00', payout: '238' }),
      internal('o_1', 'fee -10.00 USD', { names: 'fee_1' }),
      processor('tr_1', 'transfer 10.00 USD', { fee: '0.00', payout: '238' }),
      internal('o_2', 'transfer 10.00 USD', { names: 'tr_1' }),
    ],
    PAID,
  );
  expect(await open(account)).toEqual([]);
  expect(await differences(account)).toEqual([]);
});

test('where payouts are not itemised, one without entries is expected', async () => {
  const account = newAccount({ payoutsItemised: false });
  const run = await runOf(account, [payout('-145.00 USD')], PAID);
  expect(run.outcome).toBe('clean');
  expect(await settled(account)).toEqual(['po_1 matched by not_itemised']);
});

test('a payout that came back takes its sum back', async () => {
  const account = newAccount(ITEMISED);
  await runOf(
    account,
    [payout('-145.00 USD'), processor('po_1r', 'payout 145.00 USD', { fee: '0.00', payout: 'po_1', reverses: true })],
    PAID,
  );
  expect(await settled(account)).toEqual(['po_1 matched by payout', 'po_1r matched by payout']);
});

test('a corrected fee is a new remainder', async () => {
  const account = newAccount(ITEMISED);
  const entry = (fee: string) => sale('ch_1', '100.00 USD', { fee, payout: 'po_1' });
  await runOf(account, [...entry('3.00'), payout('-97.00 USD')], PAID);
  await runOf(account, [...entry('3.25'), payout('-97.00 USD')], PAID);
  expect(await differences(account)).toEqual(['po_1 unexplained_remainder 25 USD open']);
  await runOf(account, [...entry('3.25'), payout('-96.75 USD')], PAID);
  expect(await settled(account)).toEqual(['po_1 matched_late by payout']);
});
