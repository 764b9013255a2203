// Which payout paid which row, as it stands in the stage: said by payouts, or by rows that are read again.
import { expect, test } from '@jest/globals';
import type { PayoutEntry } from '../fetch/source.ts';
import { processor, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { askRows, openStageBatch, pageOf } from './open-batch-for-tests.ts';
import { processorRows } from './scripted-source-for-tests.ts';

const { newAccount, started } = situationsForTests();

const openBatch = (account = newAccount()) => openStageBatch(started().engine, account, 'processor');
type Batch = Awaited<ReturnType<typeof openBatch>>;

const entry = (externalId: string, payoutId: string, netMinor = 100n, currency = 'USD'): PayoutEntry => ({
  payoutId,
  externalId,
  netMinor,
  currency,
});
const listing = (...payoutEntries: PayoutEntry[]) => pageOf([], { payoutEntries });
const charge = (id: string, payout?: string, amount = '1.00') =>
  processorRows([processor(id, `payment ${amount} USD`, { fee: '0.00', ...(payout === undefined ? {} : { payout }) })]);

/** `row version: payout net currency`, and the read that said it. */
async function assigned({ accountId }: Batch): Promise<string[]> {
  const rows = await askRows(
    started().database.url,
    `select external_id || ' ' || version || ': ' || payout_id || ' ' || coalesce(net::text, '?') || ' ' || currency as said
     from payout_entries where account_id = $1 order by external_id, version`,
    [accountId],
  );
  return rows.map(({ said }) => String(said));
}

/** What counts: the newest entry, else what the newest version that says anything says. */
async function paidBy({ accountId }: Batch, externalId: string): Promise<unknown> {
  const [row] = await askRows(
    started().database.url,
    `select coalesce(
       (select payout_id from payout_entries where account_id = $1 and external_id = $2 order by version desc limit 1),
       (select payout_id from processor_transactions where account_id = $1 and external_id = $2 and payout_id is not null
        order by version desc limit 1)) as payout`,
    [accountId, externalId],
  );
  return row?.payout;
}

test('what a payout lists is kept once, however often its page is stored, and never makes a row', async () => {
  const batch = await openBatch();
  const page = listing(entry('txn_1', 'po_1', 97n), entry('txn_2', 'po_1', -40n), entry('txn_3', 'po_1', 0n, 'JPY'));
  await batch.stage(page);
  await batch.stage(page, 'other');
  expect(await assigned(batch)).toEqual(['txn_1 1: po_1 97 USD', 'txn_2 1: po_1 -40 USD', 'txn_3 1: po_1 0 JPY']);
  const { url } = started().database;
  expect(await askRows(url, 'select from batch_totals where batch_id = $1', [batch.batchId])).toEqual([]);
  expect(
    await askRows(
      url,
      'select cursor, pages, row_count::int as rows from fetch_shards where batch_id = $1 order by shard',
      [batch.batchId],
    ),
  ).toEqual([
    { cursor: 'c', pages: 1, rows: 0 },
    { cursor: 'c', pages: 1, rows: 0 },
  ]);
});

test('a later read that says the same adds nothing; one that says something else stands beside it, and counts', async () => {
  const first = await openBatch();
  await first.stage(listing(entry('txn_1', 'po_1')));
  const later = await openBatch(first.account);
  await later.stage(listing(entry('txn_1', 'po_1')));
  expect(await assigned(later)).toEqual(['txn_1 1: po_1 100 USD']);
  await later.stage(listing(entry('txn_1', 'po_2')));
  await later.stage(listing(entry('txn_1', 'po_2', 90n)));
  await later.stage(listing(entry('txn_1', 'po_1')));
  expect(await assigned(later)).toEqual([
    'txn_1 1: po_1 100 USD',
    'txn_1 2: po_2 100 USD',
    'txn_1 3: po_2 90 USD',
    'txn_1 4: po_1 100 USD',
  ]);
  const batches = await askRows(
    started().database.url,
    'select version, batch_id::text as batch from payout_entries where account_id = $1 order by 1',
    [first.accountId],
  );
  expect(batches.map(({ batch }) => batch)).toEqual([first, later, later, later].map(({ batchId }) => String(batchId)));
});

test('of two payouts that list a row on one page, the last one counts', async () => {
  const batch = await openBatch();
  await batch.stage(listing(entry('txn_1', 'po_1'), entry('txn_1', 'po_2')));
  expect(await assigned(batch)).toEqual(['txn_1 1: po_2 100 USD']);
});

test('a row that is read again and now names its payout leaves an assignment, and no version', async () => {
  const batch = await openBatch();
  await batch.stage(pageOf(charge('ch_1')));
  await batch.stage(pageOf([...charge('ch_1', 'po_1'), ...charge('ch_2')]));
  await batch.stage(pageOf([...charge('ch_1', 'po_1'), ...charge('ch_2', 'po_9')]));
  expect(await assigned(batch)).toEqual(['ch_1 1: po_1 100 USD', 'ch_2 1: po_9 100 USD']);
  await batch.stage(pageOf(charge('ch_1', 'po_2')));
  await batch.stage(pageOf(charge('ch_1')));
  expect(await paidBy(batch, 'ch_1')).toBe('po_2');
  const versions = await askRows(
    started().database.url,
    'select external_id, version, payout_id from processor_transactions where account_id = $1 order by 1, 2',
    [batch.accountId],
  );
  expect(versions).toEqual([
    { external_id: 'ch_1', version: 1, payout_id: null },
    { external_id: 'ch_2', version: 1, payout_id: null },
  ]);
});

test('a row that names its payout from the start says so itself, and needs no assignment', async () => {
  const batch = await openBatch();
  const page = pageOf(charge('ch_1', 'po_1'));
  await batch.stage(page);
  await batch.stage(page);
  await batch.stage(pageOf(charge('ch_1', 'po_2', '2.00')));
  expect(await assigned(batch)).toEqual([]);
  expect(await paidBy(batch, 'ch_1')).toBe('po_2');
});

test('an id twice on one page: only the last one names the payout', async () => {
  const batch = await openBatch();
  await batch.stage(pageOf(charge('ch_1')));
  await batch.stage(pageOf([...charge('ch_1', 'po_1'), ...charge('ch_1', 'po_2')]));
  expect(await assigned(batch)).toEqual(['ch_1 1: po_2 100 USD']);
});

test('a payout may list a row before the row is there, and the row may know better', async () => {
  const batch = await openBatch();
  await batch.stage(listing(entry('ch_1', 'po_1'), entry('ch_2', 'po_1')));
  await batch.stage(pageOf([...charge('ch_1', 'po_1'), ...charge('ch_2', 'po_2')]));
  expect(await assigned(batch)).toEqual(['ch_1 1: po_1 100 USD', 'ch_2 1: po_1 100 USD', 'ch_2 2: po_2 100 USD']);
  await batch.stage(pageOf(charge('ch_2', 'po_3', '3.00')));
  expect(await paidBy(batch, 'ch_2')).toBe('po_3');
});

test('two pages that assign the same rows at once leave one assignment each, or both in turn', async () => {
  const batch = await openBatch();
  const ids = Array.from({ length: 300 }, (_, at) => `txn_${String(at).padStart(3, '0')}`);
  const same = listing(...ids.map((id) => entry(id, 'po_1')));
  await Promise.all(['all', 'other'].map((shard) => batch.stage(same, shard)));
  expect(await assigned(batch)).toEqual(ids.map((id) => `${id} 1: po_1 100 USD`));
  await Promise.all([
    batch.stage(listing(...ids.map((id) => entry(id, 'po_2'))), 'all'),
    batch.stage(listing(...ids.map((id) => entry(id, 'po_3'))), 'other'),
  ]);
  const told = await assigned(batch);
  expect(told.length).toBe(900);
  expect(new Set(told.filter((said) => / [23]: /.test(said)).map((said) => said.slice(8))).size).toBe(2);
});

test('accounts do not see each other’s payouts', async () => {
  const [one, other] = [await openBatch(), await openBatch()];
  await one.stage(listing(entry('txn_1', 'po_1')));
  await other.stage(listing(entry('txn_1', 'po_2')));
  expect([await assigned(one), await assigned(other)]).toEqual([['txn_1 1: po_1 100 USD'], ['txn_1 1: po_2 100 USD']]);
});

test('a page that cannot be stored leaves no assignment', async () => {
  const batch = await openBatch();
  const [row] = processorRows([processor('ch_far', 'payment 1.00 USD', { at: '2037-07-07T07:07:07Z' })]);
  const page = pageOf(row === undefined ? [] : [row], { payoutEntries: [entry('txn_1', 'po_1')] });
  await expect(batch.stageWithoutPartitions(page)).rejects.toThrow('no partition');
  expect(await assigned(batch)).toEqual([]);
});
