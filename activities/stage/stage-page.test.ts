// What a page leaves in the stage: rows as they were said, one identity each, and an account of every row.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { internalContentHash, processorContentHash } from '../../domain/content-hash.ts';
import { Manifest } from '../../domain/control-totals.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { internalRow, processorRow } from '../fetch/row/rows-for-tests.ts';
import { processor, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { askRows, openStageBatch, pageOf } from './open-batch-for-tests.ts';
import { processorRows } from './scripted-source-for-tests.ts';

const { newAccount, started } = situationsForTests();

type Row = ProcessorRow | InternalRow;

const ask = (text: string, values: unknown[]) => askRows(started().database.url, text, values);
const openBatch = (side: Side = 'processor', account = newAccount()) => openStageBatch(started().engine, account, side);

const totalsOf = (batchId: bigint) =>
  ask(
    `select disposition, sum(count)::int as count, sum(debits)::text as debits, sum(credits)::text as credits, sum(digest)::text as digest
     from batch_totals where batch_id = $1 group by disposition order by disposition`,
    [batchId],
  );

/** The parser's own account of the rows. */
function counted(rows: readonly Row[], side: Side = 'processor') {
  const manifest = new Manifest(side);
  for (const row of rows) manifest.add(row);
  const sum = (of: (entry: ReturnType<Manifest['entries']>[number]) => bigint) =>
    String(manifest.entries().reduce((total, entry) => total + of(entry), 0n));
  return {
    count: rows.length,
    debits: sum((entry) => entry.debitsMinor),
    credits: sum((entry) => entry.creditsMinor),
    digest: sum((entry) => entry.digest),
  };
}

const charges = (...amounts: string[]) =>
  processorRows(amounts.map((amount, at) => processor(`ch_${at}`, `payment ${amount} USD`)));

test('a page that is stored twice adds no row: the second time all are repeats, and counted as such', async () => {
  const batch = await openBatch();
  const rows = charges('1.00', '-2.00');
  await batch.stage(pageOf(rows));
  await batch.stage(pageOf(rows));
  expect(await totalsOf(batch.batchId)).toEqual([
    { disposition: 'new', ...counted(rows) },
    { disposition: 'repeat', ...counted(rows) },
  ]);
  expect(
    await ask('select external_id, version from processor_transactions where batch_id = $1 order by 1', [
      batch.batchId,
    ]),
  ).toEqual([
    { external_id: 'ch_0', version: 1 },
    { external_id: 'ch_1', version: 1 },
  ]);
});

test('new rows, new versions and repeats of one page are accounted for apart, and together as the parser counted', async () => {
  const first = await openBatch();
  await first.stage(pageOf(charges('1.00', '-2.00', '3.00')));
  const second = await openBatch('processor', first.account);
  const [repeat, version] = charges('1.00', '-2.50');
  const [fresh] = processorRows([processor('ch_9', 'refund -9.00 USD')]);
  const rows = [repeat, version, fresh].filter((row) => row !== undefined);
  await second.stage(pageOf(rows));
  expect(await totalsOf(second.batchId)).toEqual([
    { disposition: 'new', ...counted(rows.slice(2)) },
    { disposition: 'version', ...counted(rows.slice(1, 2)) },
    { disposition: 'repeat', ...counted(rows.slice(0, 1)) },
  ]);
});

// Whatever a source may hold in its keys: the separators of COPY, quotes, other alphabets. Only control characters and what
// is no text at all are the parser's to remove.
const oddKey = fc.string({
  minLength: 1,
  maxLength: 40,
  unit: fc.oneof(
    fc.constantFrom('\\', '\t', '\n', '\r', "'", '"', '\\N', '€', '𝄞', ' '),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});

test('a processor row is stored as it was said, whatever its keys look like', async () => {
  const batch = await openBatch();
  const drawn = fc.sample(fc.tuple(processorRow, oddKey, oddKey), 300);
  const rows = drawn.map(([row, id, order], at) => {
    const said = { ...row, externalId: `${at}${id}`, merchantReference: order };
    return { ...said, contentHash: processorContentHash(said) };
  });
  await batch.stage(pageOf(rows));
  const stored = await ask(
    `select external_id as "externalId", level, kind, gross::text as "grossMinor", fee::text as "feeMinor", net::text as "netMinor", currency,
            (extract(epoch from occurred_at) * 1000)::bigint::text as "occurredAtMs", to_char(home_date, 'YYYY-MM-DD') as "homeDate",
            to_char(available_on, 'YYYY-MM-DD') as "availableOn", status, reverses, moves_balance as "movesBalance", test_mode as "testMode",
            merchant_reference as "merchantReference", parent_id as "parentId", payout_id as "payoutId",
            presentment_amount::text as "presentmentMinor", presentment_currency as "presentmentCurrency", fx_rate::text as "fxRate",
            unknown_code as "unknownCode", content_hash::text as "contentHash",
            (select coalesce(json_agg(json_build_object('type', type, 'value', value) order by type, value collate "C"), '[]') from row_references f
             where f.row_id = t.row_id and f.version = t.version) as references
     from processor_transactions t where batch_id = $1`,
    [batch.batchId],
  );
  const asText = ({
    grossMinor,
    feeMinor,
    netMinor,
    presentmentMinor,
    contentHash,
    occurredAtMs,
    ...row
  }: ProcessorRow) => ({
    ...row,
    ...textOf({ grossMinor, feeMinor, netMinor, presentmentMinor, contentHash, occurredAtMs }),
  });
  expect(byId(stored)).toEqual(byId(rows.map(asText)));
  expect(await totalsOf(batch.batchId)).toEqual([{ disposition: 'new', ...counted(rows) }]);
});

test('an internal row is stored as it was said', async () => {
  const batch = await openBatch('internal');
  const rows = fc.sample(fc.tuple(internalRow, oddKey), 200).map(([row, id], at) => {
    const said = { ...row, externalId: `${at}${id}`, processorReference: id };
    return { ...said, contentHash: internalContentHash(said) };
  });
  await batch.stage(pageOf(rows));
  const stored = await ask(
    `select external_id as "externalId", kind, amount::text as "amountMinor", fee::text as "feeMinor", currency,
            (extract(epoch from occurred_at) * 1000)::bigint::text as "occurredAtMs", to_char(home_date, 'YYYY-MM-DD') as "homeDate", status,
            reverses, moves_balance as "movesBalance", processor_reference as "processorReference", merchant_reference as "merchantReference",
            parent_id as "parentId", unknown_code as "unknownCode", content_hash::text as "contentHash"
     from internal_transactions where batch_id = $1`,
    [batch.batchId],
  );
  const asText = ({ amountMinor, feeMinor, contentHash, occurredAtMs, ...row }: InternalRow) => ({
    ...row,
    ...textOf({ amountMinor, feeMinor, contentHash, occurredAtMs }),
  });
  expect(byId(stored)).toEqual(byId(rows.map(asText)));
});

test('the keys of a new version stand beside those of the old one', async () => {
  const batch = await openBatch();
  const [first, second] = [
    ['ch_a', 'pi_a'],
    ['ch_a', 'pi_b'],
  ].map((alsoKnownAs) => processorRows([processor('txn_1', 'payment 1.00 USD', { alsoKnownAs })]));
  await batch.stage(pageOf(first ?? []));
  await batch.stage(pageOf(second ?? []));
  const keys = await ask(
    `select f.version, f.value from row_references f join processor_transactions t using (row_id, version) where t.batch_id = $1 order by 1, 2`,
    [batch.batchId],
  );
  expect(keys.map((key) => `${key.version} ${key.value}`)).toEqual(['1 ch_a', '1 pi_a', '2 ch_a', '2 pi_b']);
});

test('what could not be read is kept once, however often its page is stored', async () => {
  const batch = await openBatch();
  const quarantined = [{ source: 'feed.csv', position: '7', reason: 'gross: is missing' }];
  await batch.stage(pageOf(charges('1.00'), { quarantined }));
  await batch.stage(pageOf(charges('1.00'), { quarantined }));
  expect(
    await ask('select source, position, reason, superseded from quarantined_rows where batch_id = $1', [batch.batchId]),
  ).toEqual([{ ...quarantined[0], superseded: false }]);
});

test('a page that cannot be stored leaves nothing, and its cursor does not move', async () => {
  const batch = await openBatch();
  await batch.stage(pageOf(charges('1.00'), { cursor: 'first' }));
  const [row] = processorRows([processor('ch_far', 'payment 1.00 USD', { at: '2037-07-07T07:07:07Z' })]);
  await expect(
    batch.stageWithoutPartitions(pageOf(row === undefined ? [] : [row], { cursor: 'second' })),
  ).rejects.toThrow('no partition');
  expect(
    await ask(`select cursor, pages, row_count::int as rows from fetch_shards where batch_id = $1 and shard = 'all'`, [
      batch.batchId,
    ]),
  ).toEqual([{ cursor: 'first', pages: 1, rows: 1 }]);
  expect(await ask(`select from transaction_ids where external_id = 'ch_far'`, [])).toEqual([]);
});

test('two pages that bring the same new row at once give it one identity', async () => {
  const batch = await openBatch();
  const rows = charges(...Array.from({ length: 200 }, (_, at) => `${at}.00`));
  await Promise.all(['all', 'other'].map((shard) => batch.stage(pageOf(rows), shard)));
  expect(await totalsOf(batch.batchId)).toEqual([
    { disposition: 'new', ...counted(rows) },
    { disposition: 'repeat', ...counted(rows) },
  ]);
});

function textOf(fields: Readonly<Record<string, bigint | number | null>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === null ? null : String(value)]),
  );
}

function byId(rows: readonly object[]): object {
  return Object.fromEntries(rows.map((row) => ['externalId' in row ? row.externalId : '', row]));
}
