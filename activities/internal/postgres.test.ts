import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { windowOf } from '../../domain/business-date.ts';
import { freePort } from '../../local/free-port.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { loadShop } from '../../sandbox/shop/load-shop.ts';
import { SHOP_LEDGER_QUERY, SHOP_READER, SHOP_WATERMARK_QUERY } from '../../sandbox/shop/shop-queries.ts';
import { generateWorld } from '../../sandbox/world/generate-world.ts';
import { AuthRejected, SourceRejected, SourceUnavailable } from '../errors.ts';
import { NEVER_ABORTED, readAll } from '../fetch/pages-for-tests.ts';
import { protectPage } from '../fetch/row/protect-page.ts';
import { type InternalPostgresOptions, internalPostgresSource } from './postgres.ts';

const world = generateWorld({
  seed: 6,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-04-01',
  days: 2,
  transactionsPerDay: 400,
});
const window = { fromMs: windowOf(world.firstDate, world.zone).startMs, toMs: world.endMs };

let postgres: LocalPostgres;
let admin: Client;
let readerUrl: string;
beforeAll(async () => {
  postgres = await startPostgres({ durable: false });
  await loadShop(postgres.url, world);
  const url = new URL(postgres.url);
  url.username = SHOP_READER.user;
  url.password = SHOP_READER.password;
  readerUrl = url.href;
  admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query('create table public.secret (id text)');
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

function source(options: Partial<InternalPostgresOptions> = {}) {
  return internalPostgresSource({
    account: world.account,
    url: () => readerUrl,
    query: SHOP_LEDGER_QUERY,
    watermarkQuery: SHOP_WATERMARK_QUERY,
    zone: world.zone,
    statementTimeoutMs: 10_000,
    ...options,
  });
}

/** A query that gives these rows, whatever is asked for. */
function rowsOf(...values: string[]): Partial<InternalPostgresOptions> {
  const columns = '(id, kind, amount, currency, "occurredAt", "customerEmail")';
  return { query: `select * from (values ${values.join(', ')}) as given ${columns}` };
}

const AT = `timestamptz '2026-04-01 12:00:00+00'`;
const booked = world.records.filter(({ occurredAtMs }) => occurredAtMs >= window.fromMs && occurredAtMs < window.toMs);

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

test('every record of the window comes once, page by page, and the database states the same totals', async () => {
  const ledger = source({ pageRows: 100 });
  const [shard] = (await ledger.plan(window, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  const rows = [];
  const done = [];
  for await (const page of ledger.read(shard, null, NEVER_ABORTED)) {
    expect(page.rows.length).toBeLessThanOrEqual(100);
    expect(page.quarantined).toEqual([]);
    rows.push(...page.rows);
    done.push(page.done);
  }
  const bookedIds = booked.map(({ id }) => id);
  expect(new Set(rows.map((row) => row.externalId))).toEqual(new Set(bookedIds));
  expect(rows.length).toBe(bookedIds.length);
  expect(done).toEqual([...new Array(done.length - 1).fill(false), true]);
  const sums = new Map<string, { count: bigint; sumMinor: bigint }>();
  for (const { currency, amountMinor } of rows) {
    const sum = sums.get(currency) ?? { count: 0n, sumMinor: 0n };
    sums.set(currency, { count: sum.count + 1n, sumMinor: sum.sumMinor + amountMinor });
  }
  const stated = ledger.totals?.(shard) ?? [];
  expect(new Map(stated.map(({ currency, count, sumMinor }) => [currency, { count, sumMinor }]))).toEqual(sums);
});

test('a read that is taken up again starts over: its snapshot is gone', async () => {
  const whole = await readAll(source({ pageRows: 100 }), window);
  const again = await readAll(source({ pageRows: 100 }), window, whole.pages[1]?.cursor);
  const ids = (rows: typeof whole.rows) => rows.map((row) => row.externalId).sort();
  expect(ids(again.rows)).toEqual(ids(whole.rows));
});

test('what is written while the rows are read is not among them, nor in the totals', async () => {
  const ledger = source({ pageRows: 100, query: `${SHOP_LEDGER_QUERY} order by id` });
  const [shard] = (await ledger.plan(window, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  await admin.query('begin');
  let read = 0;
  for await (const page of ledger.read(shard, null, NEVER_ABORTED)) {
    if (read === 0) {
      await admin.query('delete from shop.ledger');
      await admin.query('savepoint deleted');
    }
    read += page.rows.length;
  }
  await admin.query('rollback');
  expect(read).toBe(booked.length);
  expect((ledger.totals?.(shard) ?? []).reduce((sum, { count }) => sum + count, 0n)).toBe(BigInt(booked.length));
});

test('how far the records are complete is asked from the database; without a question it is unknown', async () => {
  expect(await source().watermarkMs(NEVER_ABORTED)).toBe(world.endMs);
  expect(await source({ watermarkQuery: undefined }).watermarkMs(NEVER_ABORTED)).toBeNull();
  const ofAccount = 'select loaded_until from shop.etl where account = $3;';
  expect(await source({ watermarkQuery: ofAccount }).watermarkMs(NEVER_ABORTED)).toBe(world.endMs);
  expect(await source({ watermarkQuery: `${ofAccount.slice(0, -1)} and false` }).watermarkMs(NEVER_ABORTED)).toBeNull();
  for (const watermarkQuery of [
    'select now()::timestamp',
    'select now(), now()',
    "select generate_series(now(), now() + interval '1 h', interval '1 h')",
  ]) {
    await expect(source({ watermarkQuery }).watermarkMs(NEVER_ABORTED)).rejects.toThrow(
      'its watermark query must give one timestamptz in one row',
    );
  }
  await expect(source({ watermarkQuery: `select 'infinity'::timestamptz` }).watermarkMs(NEVER_ABORTED)).rejects.toThrow(
    'its watermark is not a moment of this century',
  );
});

test('what was fetched ends with the window or, before its end, now', async () => {
  const plan = (now: number) => source({ now: () => now }).plan(window, NEVER_ABORTED);
  expect((await plan(window.toMs + 1)).fetchedUntilMs).toBe(window.toMs);
  expect((await plan(window.toMs - 1)).fetchedUntilMs).toBe(window.toMs - 1);
});

test('the probe says that the query speaks the contract', async () => {
  const { detail } = await source().probe(NEVER_ABORTED);
  expect(detail).toMatch(
    /^PostgreSQL 1\d.* answers, 10 columns of the contract, complete to 2026-04-03T04:00:00\.000Z$/,
  );
});

test('a row that cannot be read is quarantined by its id; the count holds it, the sum only where it can be said', async () => {
  const ledger = source(
    rowsOf(
      `('good', 'payment', 12.300::numeric, 'USD', ${AT}, 'jane.doe@example.com')`,
      `('cents', 'payment', 1.005, 'USD', ${AT}, '')`,
      `('lost', 'payment', 'NaN', 'USD', ${AT}, '')`,
      `('jane.doe@example.com', 'fee', 1, 'EUR', ${AT}, '')`,
      `('coin', 'payment', 1, 'XBT', ${AT}, '')`,
      `(null, 'payment', null, null, null, '')`,
      `('late', 'payment', 1, 'EUR', 'infinity', '')`,
    ),
  );
  const [shard] = (await ledger.plan(window, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  const pages = [];
  for await (const page of ledger.read(shard, null, NEVER_ABORTED))
    pages.push(protectPage(page, null, ledger.name).page);
  expect(pages).toMatchObject([{ rows: [{ externalId: 'good', amountMinor: 1230n }], done: true }]);
  expect(pages[0]?.quarantined.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    'cents amount: "1.005" has 3 decimals, USD has 2',
    'lost amount: "NaN" is not a plain decimal such as 12.30',
    'coin currency: "XBT" is not an ISO 4217 currency',
    'row 6 id: is missing',
    'late occurredAt: "infinity" is not a date of the calendar written such as 2026-01-31',
    expect.stringMatching(
      /^row -?[0-9a-f]+ a reference looks like an e-mail address, which may not be stored: remove it/,
    ),
  ]);
  expect(JSON.stringify(pages, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
    'jane',
  );
  expect([...(ledger.totals?.(shard) ?? [])].sort((a, b) => (a.currency < b.currency ? -1 : 1))).toEqual([
    { currency: '', count: 1n, sumMinor: null },
    { currency: 'EUR', count: 2n, sumMinor: 200n },
    { currency: 'USD', count: 3n, sumMinor: null },
    { currency: 'XBT', count: 1n, sumMinor: null },
  ]);
});

test('a query may end in a comment or a semicolon, and need not use its parameters', async () => {
  const { query } = rowsOf(`('a', 'fee', -1, 'USD', ${AT}, '')`);
  for (const ending of [';', ' -- all of it', ';\n']) {
    expect((await readAll(source({ query: query + ending }), window)).rows.length).toBe(1);
  }
});

test.each<[string, Partial<InternalPostgresOptions>, new (...given: never[]) => Error, string]>([
  ['a typing error', { query: 'selec 1' }, SourceRejected, 'its query fails: syntax error at or near'],
  [
    'a column that is not there',
    { query: 'select nope from shop.ledger' },
    SourceRejected,
    'column "nope" does not exist',
  ],
  [
    'a column that is not given',
    { query: 'select id, kind, currency from shop.ledger' },
    SourceRejected,
    '"amount" is missing',
  ],
  ['a query that writes', { query: 'delete from shop.ledger' }, SourceRejected, 'its query fails: syntax error'],
  [
    'a function that writes',
    { ...rowsOf(`(nextval('shop.counter')::text, 'fee', 1, 'USD', ${AT}, '')`) },
    SourceRejected,
    'its query writes',
  ],
  ['a value that is no number', { query: `select 'x@example.com'::numeric` }, SourceRejected, '(SQLSTATE 22P02)'],
  ['a table without permission', { query: 'select * from public.secret' }, AuthRejected, 'grant select on it'],
  [
    'a parameter that there is not',
    { query: 'select $4::text as id' },
    SourceRejected,
    'its query fails: bind message',
  ],
  [
    'a table that is written in passing',
    { query: 'with gone as (delete from shop.ledger returning *) select * from gone' },
    SourceRejected,
    'must be at the top level',
  ],
  [
    'a query that takes too long',
    { ...rowsOf(`(pg_sleep(30)::text, 'fee', 1, 'USD', ${AT}, '')`), statementTimeoutMs: 50 },
    SourceUnavailable,
    'longer than 0.05 s',
  ],
])('%s is told with what to do', async (_what, options, expected, reason) => {
  await admin.query('create sequence if not exists shop.counter; grant usage on sequence shop.counter to public');
  const error = await failure(readAll(source(options), window));
  expect(error).toBeInstanceOf(expected);
  expect(error.message).toContain(reason);
  expect(error.message).not.toContain('example.com');
});

test('a wrong password, a wrong database, a wrong url and nobody listening are told apart, without the password', async () => {
  const changed = (parts: Partial<Pick<URL, 'password' | 'pathname' | 'port'>>) => {
    const url = Object.assign(new URL(readerUrl), parts);
    return failure(source({ url: () => url.href }).probe(NEVER_ABORTED));
  };
  const wrong = await changed({ password: 'hunter2' });
  expect(wrong).toBeInstanceOf(AuthRejected);
  expect(wrong.message).toContain('check user and password in the url');
  expect(await changed({ pathname: '/nowhere' })).toMatchObject({
    name: 'SourceRejected',
    message: expect.stringContaining('check the database name in the url'),
  });
  const nobody = await changed({ port: String(await freePort()) });
  expect(nobody).toBeInstanceOf(SourceUnavailable);
  expect(nobody.message).toBe('internal database: cannot be reached or broke off (ECONNREFUSED)');
  const nonsense = await failure(source({ url: () => 'postgres://shop:hunter2@host:port/db' }).probe(NEVER_ABORTED));
  expect(nonsense.message).toContain('its url is not of the form');
  expect([wrong, nobody, nonsense].some(({ message }) => message.includes('hunter2'))).toBe(false);
});

test('the signal ends a running query, in the database too, with its own reason', async () => {
  const stop = new AbortController();
  const { query = '' } = rowsOf(`(pg_sleep(60)::text, 'fee', 1, 'USD', ${AT}, '')`);
  const ledger = source({ query, statementTimeoutMs: 60_000 });
  const [shard] = (await ledger.plan(window, stop.signal)).shards;
  if (shard === undefined) throw new Error('no shard');
  const ended = failure(ledger.read(shard, null, stop.signal)[Symbol.asyncIterator]().next());
  const sleeping = `select count(*)::int as count from pg_stat_activity where application_name = 'recon' and query like '%pg_sleep%' and state = 'active'`;
  const count = async () => (await admin.query(sleeping)).rows[0].count;
  while ((await count()) === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await ended).message).toBe('the worker shuts down');
  expect(await count()).toBe(0);
});

test('no connection is left behind', async () => {
  const left = `select count(*)::int as count from pg_stat_activity where application_name = 'recon'`;
  // A backend needs a moment to leave after its client has.
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await admin.query(left)).rows[0].count === 0) return;
    await admin.query('select pg_sleep(0.02)');
  }
  throw new Error('there are connections of recon left');
});
