// What payouts paid out: the sum of their entries, what is left of it, and what waits for the other half.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate } from '../../domain/business-date.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { DAY, internal, processor, runOf, type SituationRow, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const ITEMISED = { payoutsItemised: true };
const PAID = { asOf: '2026-03-31T00:00:00Z' };
const SOON = { asOf: '2026-02-01T00:00:00Z' };
const NEXT_DAY = '2026-02-01';

/** A payment that is booked, so that only its payout is in question. */
function sale(id: string, amount: string, details: Parameters<typeof processor>[2] = {}): SituationRow[] {
  return [
    processor(id, `payment ${amount}`, details),
    internal(`o_${id}`, `payment ${amount}`, { names: id, ...(details.at === undefined ? {} : { at: details.at }) }),
  ];
}

const text = z.object({ line: z.string() });

/** Live lines of the settlement level: row, verdict, rule; members of a group share a letter. */
async function settled(account: EngineAccount): Promise<string[]> {
  const rows = await started().engine.database.any(sql.type(text)`
    select concat_ws(' ', t.external_id, m.verdict, 'by', m.rule) as line
    from matches m join processor_transactions t on t.home_date = m.p_home_date and t.row_id = m.p_row_id and t.version = m.p_version
    join accounts a on a.account_id = m.account_id
    where a.account = ${account.account} and m.level = 'settlement' and m.released_seq is null order by 1`);
  return rows.map(({ line }) => line);
}

/** Open items of the settlement level, with their latest verdict. */
async function open(account: EngineAccount): Promise<string[]> {
  const rows = await started().engine.database.any(sql.type(text)`
    select concat_ws(' ', t.external_id, v.verdict, v.reason) as line
    from open_items o join accounts a using (account_id)
    join processor_transactions t on t.home_date = o.home_date and t.row_id = o.row_id and t.version = o.version
    cross join lateral (select v.verdict, v.reason from row_verdicts v
      where v.row_id = o.row_id and v.level = o.level order by v.decision_seq desc limit 1) v
    where a.account = ${account.account} and o.level = 'settlement' order by 1`);
  return rows.map(({ line }) => line);
}

/** Discrepancies of the settlement level: anchor, verdict, amount, state. */
async function differences(account: EngineAccount): Promise<string[]> {
  const rows = await started().engine.database.any(sql.type(text)`
    select concat_ws(' ', anchor_external_id, verdict, amount, currency, state, closed_by) as line
    from discrepancies where account = ${account.account} and level = 'settlement' order by 1`);
  return rows.map(({ line }) => line);
}

const payout = (gross: string, details: Parameters<typeof processor>[2] = {}) =>
  processor('po_1', `payout ${gross}`, { fee: '0.00', ...details });

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
