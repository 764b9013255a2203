import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';

// All through the worker's role: it owns no table, and these two functions are how it gets months and statistics.
// Each test has a year of its own.
let database: TestDatabase;
let worker: Client;
const clients: Client[] = [];
async function workerClient(): Promise<Client> {
  const client = new Client({ connectionString: database.workerUrl });
  await client.connect();
  clients.push(client);
  return client;
}
beforeAll(async () => {
  database = await freshDatabase();
  worker = await workerClient();
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await database?.drop();
});

async function ensure(from: string, to: string, client = worker): Promise<void> {
  await client.query('select ensure_partitions($1, $2)', [from, to]);
}

async function monthsOf(year: number): Promise<{ name: string; bounds: string }[]> {
  const { rows } = await worker.query(
    `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
     from pg_class c where c.relispartition and c.relkind = 'r' and c.relname ~ ('_transactions_' || $1::integer || '[0-9]{2}$')
     order by 1`,
    [year],
  );
  return rows;
}

/** A row that the internal side would stage. */
async function insertRow(homeDate: string, rowId: number, client = worker): Promise<void> {
  await client.query(
    `insert into internal_transactions (home_date, row_id, version, batch_id, account_id, amount, content_hash, occurred_at,
       kind, status, reverses, moves_balance, currency, external_id)
     values ($1, $2, 1, 1, 1, 100, 0, now(), 'payment', 'settled', false, true, 'USD', 'order-' || $2::bigint)`,
    [homeDate, rowId],
  );
}

test('a range gets one partition a month of each volume table, first to last day', async () => {
  await ensure('2001-11-30', '2002-02-01');
  const bounds = [
    ['200201', `FOR VALUES FROM ('2002-01-01') TO ('2002-02-01')`],
    ['200202', `FOR VALUES FROM ('2002-02-01') TO ('2002-03-01')`],
  ];
  expect(await monthsOf(2002)).toEqual(
    ['internal', 'processor'].flatMap((side) =>
      bounds.map(([month, range]) => ({ name: `${side}_transactions_${month}`, bounds: range })),
    ),
  );
  expect((await monthsOf(2001)).map(({ name }) => name.slice(-6))).toEqual(['200111', '200112', '200111', '200112']);
});

test('a row of a month that nobody made is refused, and accepted once the month is there', async () => {
  await expect(insertRow('2003-03-31', 1)).rejects.toThrow(
    'no partition of relation "internal_transactions" found for row',
  );
  await ensure('2003-03-31', '2003-03-31');
  await insertRow('2003-03-31', 1);
  await insertRow('2003-03-01', 2);
  await expect(insertRow('2003-04-01', 3)).rejects.toThrow('no partition');
  await expect(insertRow('2003-02-28', 4)).rejects.toThrow('no partition');
});

test('asking again changes nothing, and keeps the rows', async () => {
  await ensure('2004-01-01', '2004-01-31');
  await insertRow('2004-01-31', 1);
  const before = await monthsOf(2004);
  await ensure('2004-01-10', '2004-01-20');
  await ensure('2004-01-01', '2004-01-31');
  expect(await monthsOf(2004)).toEqual(before);
  const { rows } = await worker.query(
    `select count(*)::integer as rows from internal_transactions where home_date between '2004-01-01' and '2004-01-31'`,
  );
  expect(rows).toEqual([{ rows: 1 }]);
});

test('several who need the same months at once all get them', async () => {
  const others = await Promise.all(Array.from({ length: 6 }, workerClient));
  await Promise.all(others.map((client, at) => ensure(`2005-0${(at % 3) + 1}-15`, '2005-06-30', client)));
  expect((await monthsOf(2005)).map(({ name }) => name)).toEqual(
    ['internal', 'processor'].flatMap((side) =>
      ['01', '02', '03', '04', '05', '06'].map((month) => `${side}_transactions_2005${month}`),
    ),
  );
});

test('a month that is there is not waited for, while another transaction makes a new one', async () => {
  await ensure('2006-01-01', '2006-01-31');
  const maker = await workerClient();
  await maker.query('begin');
  await ensure('2006-02-01', '2006-02-28', maker);
  const user = await workerClient();
  await user.query(`set lock_timeout = '5s'`);
  await ensure('2006-01-05', '2006-01-05', user);
  await maker.query('commit');
});

test('a maker that rolls back leaves the months to the one who waited', async () => {
  const maker = await workerClient();
  await maker.query('begin');
  await ensure('2007-01-01', '2007-01-31', maker);
  const waiting = ensure('2007-01-01', '2007-01-31');
  await maker.query('rollback');
  await waiting;
  expect(await monthsOf(2007)).toHaveLength(2);
});

test('ten years at once are made, more is refused, and so is a range that ends before it begins', async () => {
  for (const [from, to] of [
    ['2026-01-02', '2026-01-01'],
    ['2016-01-01', '2026-02-19'],
    ['0001-01-01', '9999-12-31'],
  ] as const) {
    await expect(ensure(from, to)).rejects.toThrow(
      `ensure_partitions: ${from} to ${to} is not a range of at most ten years`,
    );
  }
  await expect(ensure('-infinity', 'infinity')).rejects.toThrow();
  expect(await monthsOf(2016)).toEqual([]);
  await ensure('2016-01-01', '2026-02-17');
  expect(await monthsOf(2016)).toHaveLength(24);
  expect(await monthsOf(2026)).toHaveLength(4);
});

async function estimatedRows(partition: string): Promise<number> {
  const { rows } = await worker.query('select reltuples::integer as rows from pg_class where relname = $1', [
    partition,
  ]);
  return rows[0].rows;
}

test('the worker has statistics gathered for a month, which it may not do itself', async () => {
  await ensure('2008-01-01', '2008-02-29');
  for (let id = 1; id <= 5; id += 1) await insertRow('2008-01-15', id);
  await worker.query('analyze internal_transactions_200801');
  expect(await estimatedRows('internal_transactions_200801')).toBe(-1);
  await worker.query(`select analyze_partition('internal_transactions', '2008-01-31')`);
  expect(await estimatedRows('internal_transactions_200801')).toBe(5);
  expect(await estimatedRows('internal_transactions_200802')).toBe(-1);
});

test.each(['matches', 'internal_transactions_200801', 'internal_transactions; drop table matches', 'pg_authid', ''])(
  'statistics are not gathered for %j',
  async (table) => {
    const analysing = worker.query('select analyze_partition($1, $2)', [table, '2008-01-01']);
    await expect(analysing).rejects.toThrow(`analyze_partition: ${table} is not a volume table`);
  },
);

test('statistics of a month that is not there are refused by its name', async () => {
  const analysing = worker.query(`select analyze_partition('processor_transactions', '2009-07-01')`);
  await expect(analysing).rejects.toThrow('relation "public.processor_transactions_200907" does not exist');
});

test('a new month waits for nobody who reads or writes the others', async () => {
  await ensure('2010-01-01', '2010-01-31');
  const reader = await workerClient();
  await reader.query('begin');
  await insertRow('2010-01-15', 1, reader);
  const maker = await workerClient();
  await maker.query(`set lock_timeout = '5s'`);
  await ensure('2010-02-01', '2010-02-28', maker);
  await reader.query('rollback');
  expect(await monthsOf(2010)).toHaveLength(4);
});
