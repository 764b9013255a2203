// Payouts in several currencies, in two views of the same money, with rows that move, change or are withdrawn.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { parseBusinessDate } from '../../domain/business-date.ts';
import { ITEMISED, PAID, payout, SOON, sale, settlementOf } from './settlement-for-tests.ts';
import { DAY, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();
const { settled, open, differences } = settlementOf(() => started().engine);

test('each currency of a payout stands for itself', async () => {
  const account = newAccount(ITEMISED);
  await runOf(
    account,
    [
      ...sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_1' }),
      ...sale('ch_2', '80.00 EUR', { fee: '0.00', payout: 'po_1' }),
      payout('-80.00 EUR'),
    ],
    PAID,
  );
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
  expect(await differences(account)).toEqual(['ch_1 unexplained_remainder 10000 USD open']);
});

test('rows of the settlement level are the payout and its entries, each explained; another view of the money is not added', async () => {
  const account = newAccount(ITEMISED);
  const settlement = { level: 'settlement', payout: 'po_1', fee: '0.00' };
  await runOf(
    account,
    [
      ...sale('py_1', '100.00 USD', { fee: '3.00' }),
      processor('poe_1', 'payment 100.00 USD', { ...settlement, fee: '3.00' }),
      processor('poe_2', 'fee -1.00 USD', settlement),
      processor('po_1', 'payout -96.00 USD', settlement),
    ],
    PAID,
  );
  expect(await settled(account)).toEqual([
    'po_1 matched by payout',
    'poe_1 matched by payout',
    'poe_2 matched by payout',
  ]);
  const off = newAccount(ITEMISED);
  await runOf(
    off,
    [processor('poe_1', 'payment 100.00 USD', settlement), processor('po_1', 'payout -96.00 USD', settlement)],
    PAID,
  );
  expect(await settled(off)).toEqual(['poe_1 matched by payout_entry']);
  expect(await differences(off)).toEqual(['po_1 unexplained_remainder 400 USD open']);
});

test('entries of the settlement level wait for their payout as one item', async () => {
  const account = newAccount(ITEMISED);
  const settlement = { level: 'settlement', payout: 'po_1', fee: '0.00' };
  await runOf(
    account,
    [processor('poe_1', 'payment 100.00 USD', settlement), processor('poe_2', 'payment 20.00 USD', settlement)],
    SOON,
  );
  expect(await open(account)).toEqual([
    'poe_1 pending_timing no payout has come for 2 entries',
    'poe_2 pending_timing no payout has come for 2 entries',
  ]);
  expect(await differences(account)).toEqual(['poe_1 pending_timing 12000 USD open']);
});

test('a row that another payout claims counts there', async () => {
  const account = newAccount(ITEMISED);
  const first = sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_1' });
  await runOf(account, [...first, payout('-100.00 USD')], PAID);
  await runOf(
    account,
    [
      ...sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_2' }),
      processor('po_2', 'payout -100.00 USD', { fee: '0.00' }),
    ],
    PAID,
  );
  expect(await settled(account)).toEqual(['po_2 matched by payout']);
  expect(await open(account)).toEqual(['po_1 ambiguous the payout lists no entries']);
});

test('a re-run says the same and tells nobody', async () => {
  const account = newAccount(ITEMISED);
  const rows = [
    ...sale('ch_1', '100.00 USD', { fee: '3.00', payout: 'po_1' }),
    payout('-90.00 USD'),
    ...sale('ch_3', '10.00 USD', { fee: '0.00', payout: 'po_3' }),
    processor('po_3', 'payout -10.00 USD', { fee: '0.00' }),
    ...sale('ch_4', '10.00 USD', { fee: '0.00', payout: 'po_4' }),
  ];
  const first = await runOf(account, rows, SOON);
  const second = await runOf(account, rows, SOON);
  expect(second.resultDigest).toBe(first.resultDigest);
  expect(await differences(account)).toEqual([
    'ch_4 pending_timing 1000 USD open',
    'po_1 unexplained_remainder 700 USD open',
  ]);
});

test(`entries that a payout lists count by its list until their rows come (${DAY})`, async () => {
  const account = newAccount(ITEMISED);
  const run = await account.stageDay({ date: DAY, ...PAID, processor: [payout('-97.00 USD').record], internal: [] });
  await started().engine.database.query(sql.unsafe`
    insert into payout_entries (batch_id, net, account_id, version, currency, external_id, payout_id)
    select b.batch_id, 9700, b.account_id, 1, 'USD', 'ch_0', 'po_1'
    from batches b join accounts a using (account_id) where a.account = ${account.account} and b.side = 'processor'`);
  await run.decide();
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
  await runOf(account, sale('ch_0', '100.00 USD', { fee: '3.00' }), PAID);
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
  expect(await open(account)).toEqual([]);
});

test('the first entry of a batch moves to another payout: what is left of the batch has an item all the same', async () => {
  const account = newAccount(ITEMISED);
  const second = sale('ch_2', '20.00 USD', { fee: '0.00', payout: 'po_1' });
  await runOf(account, [...sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_1' }), ...second], SOON);
  expect(await differences(account)).toEqual(['ch_1 pending_timing 12000 USD open']);
  await runOf(
    account,
    [
      ...sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_2' }),
      processor('po_2', 'payout -100.00 USD', { fee: '0.00' }),
    ],
    SOON,
  );
  expect(await settled(account)).toEqual(['ch_1 matched_late by payout', 'po_2 matched_late by payout']);
  expect(await open(account)).toEqual(['ch_2 pending_timing no payout has come for 1 entry']);
  expect(await differences(account)).toEqual([
    'ch_1 matched_late 12000 USD closed matched_late',
    'ch_2 pending_timing 2000 USD open',
  ]);
});

test('a source that does not reach the end of the day makes no remainder of a batch', async () => {
  const account = newAccount(ITEMISED);
  await runOf(account, sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_1' }), {
    ...SOON,
    processorAsOf: '2026-01-31T18:00:00Z',
  });
  expect(await differences(account)).toEqual(['ch_1 pending_source 10000 USD open']);
});

test('what no table knows is alerted for itself, and counts in its payout', async () => {
  const account = newAccount(ITEMISED);
  const settlement = { level: 'settlement', payout: 'po_1', fee: '0.00' };
  await runOf(
    account,
    [processor('poe_1', 'surprise 100.00 USD', settlement), processor('po_1', 'payout -100.00 USD', settlement)],
    PAID,
  );
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
  expect(await differences(account)).toEqual(['poe_1 unknown_type 10000 USD open']);
});

test("payouts from before the account starts are nobody's", async () => {
  const account = newAccount({ ...ITEMISED, startDate: parseBusinessDate(DAY) });
  const run = await runOf(account, [payout('-97.00 USD', { at: '2026-01-30T03:00:00Z' })], PAID);
  expect(run.outcome).toBe('clean');
  expect(await settled(account)).toEqual(['po_1 ignored by ignore: before the account starts']);
});

test('a payout that is withdrawn or moves nothing is set aside, and its entries wait again', async () => {
  const account = newAccount(ITEMISED);
  const entry = sale('ch_1', '100.00 USD', { fee: '0.00', payout: 'po_1' });
  await runOf(account, [...entry, payout('-100.00 USD')], PAID);
  expect(await settled(account)).toEqual(['po_1 matched by payout']);
  await runOf(account, [...entry, payout('-100.00 USD', { status: 'void' })], PAID);
  expect(await settled(account)).toEqual(['po_1 ignored by ignore: no balance movement']);
  expect(await differences(account)).toEqual(['ch_1 unexplained_remainder 10000 USD open']);
});
