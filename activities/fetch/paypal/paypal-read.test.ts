import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SourceNotReady, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import type { PayPalSourceOptions } from './paypal.ts';
import {
  allOf,
  DAY,
  DAY_S,
  daySource,
  END_S,
  failure,
  firstShard,
  idsOf,
  REFRESHED_S,
  resetDay,
  START_S,
  sale,
  sales,
} from './paypal-day-for-tests.ts';
import { SEARCH_PATH, stamp, startTestPayPal, type TestPayPal, type TestReply } from './paypal-server-for-tests.ts';

let paypal: TestPayPal;
beforeAll(async () => {
  paypal = await startTestPayPal();
});
beforeEach(() => resetDay(paypal));
afterAll(() => paypal.stop());

const source = (options: Partial<PayPalSourceOptions> = {}) => daySource(paypal, options);

/** The usual answer with some of its fields replaced. */
function changed(usual: TestReply, given: object): TestReply {
  if (typeof usual === 'string' || 'text' in usual) throw new Error('no answer to change');
  return { ...usual, body: { ...(usual.body as object), ...given } };
}

const detailsOf = (usual: TestReply): unknown[] => {
  if (typeof usual === 'string' || 'text' in usual) throw new Error('no rows');
  return (usual.body as { transaction_details: unknown[] }).transaction_details;
};

test('windows whose ends are not whole seconds share no row and lose none', async () => {
  paypal.transactions = sales(30);
  paypal.refreshedS = START_S + 100 * DAY_S;
  for (const cutMs of [10_999, 11_000, 11_001]) {
    const shard = (fromMs: number, toMs: number) => ({ name: 'part', fromMs, toMs });
    const read = async (fromMs: number, toMs: number) => {
      const rows: unknown[] = [];
      for await (const page of source().read(shard(fromMs, toMs), null, NEVER_ABORTED)) rows.push(...page.rows);
      return rows.length;
    };
    const [before, after] = [await read(DAY.fromMs, DAY.fromMs + cutMs), await read(DAY.fromMs + cutMs, DAY.toMs)];
    expect([before, after]).toEqual(cutMs > 11_000 ? [12, 18] : [11, 19]);
    expect(await read(DAY.fromMs + 10_001, DAY.fromMs + 10_002)).toBe(0);
  }
});

test('a window that was cut at its end is not believed', async () => {
  const shard = await firstShard(source());
  paypal.refreshedS = END_S - 3_600;
  const error = await failure(allOf(source().read(shard, null, NEVER_ABORTED)));
  expect(error).toBeInstanceOf(SourceNotReady);
  expect(error.message).toBe(
    'PayPal API: its search reaches 2026-01-31T23:00:00.000Z, 2026-01-31T23:59:59.000Z was asked for',
  );
  paypal.refreshedS = START_S - 1;
  expect(await failure(allOf(source().read(shard, null, NEVER_ABORTED)))).toBeInstanceOf(SourceNotReady);
});

test('a killed read goes on right behind the page that was stored', async () => {
  paypal.transactions = sales(47, (index) => START_S + index * 7);
  paypal.itemsMax = 20;
  const whole = await readAll(source({ pageRows: 4 }), { ...DAY, toMs: DAY.fromMs + 300_000 });
  const shard = await firstShard(source(), DAY.fromMs + 300_000);
  const first = whole.pages.slice(0, whole.pages.findIndex(({ done }) => done) + 1);
  expect(first.length).toBeGreaterThan(10);
  for (const [index, { cursor }] of first.entries()) {
    expect(cursor.length).toBeLessThan(300);
    const rest = await allOf(source({ pageRows: 4 }).read(shard, cursor, NEVER_ABORTED));
    const expected = first.slice(index + 1).flatMap(({ rows }) => rows);
    expect(rest.flatMap(({ rows }) => rows)).toEqual(expected);
    expect(rest.at(-1)?.done).toBe(true);
  }
});

test('a cursor that is none of this shard is no progress', async () => {
  paypal.transactions = sales(5);
  const shard = await firstShard(source());
  for (const cursor of [
    '',
    '7',
    '{}',
    `{"from":${START_S},"ends":[${END_S - 1}],"page":1}`,
    `{"from":0,"ends":[],"page":2}`,
  ]) {
    const pages = await allOf(source().read(shard, cursor, NEVER_ABORTED));
    expect(pages.flatMap(({ rows }) => rows).length).toBe(5);
  }
});

test('windows with too many rows are halved until they fit: none is lost, none comes twice', async () => {
  const seconds = fc.integer({ min: 0, max: 400 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(seconds, { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      async (offsets, spare, pageRows) => {
        const crowd = Math.max(
          0,
          ...new Map(offsets.map((at) => [at, offsets.filter((one) => one === at).length])).values(),
        );
        paypal.itemsMax = crowd + spare;
        paypal.transactions = offsets.map((offset, index) => sale(index, START_S + offset));
        const { rows } = await readAll(source({ pageRows }), { ...DAY, toMs: DAY.fromMs + 401_000 });
        expect(idsOf(rows)).toEqual(idsOf(paypal.transactions));
      },
    ),
    { numRuns: 40 },
  );
});

test('a second with more rows than a search gives is refused with what to do', async () => {
  paypal.transactions = sales(12, () => START_S + 7);
  paypal.itemsMax = 10;
  const error = await failure(readAll(source(), DAY));
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error.message).toContain(
    'has more rows in the second 2026-01-31T00:00:07Z than a search gives: feed that day',
  );
});

test('a refresh in the middle of a window makes it begin again, and nothing that moved is lost', async () => {
  paypal.transactions = sales(10);
  paypal.script = ({ path, query }) => {
    if (path !== SEARCH_PATH || query.get('page') !== '2' || paypal.refreshedS !== REFRESHED_S) return undefined;
    // The first row changes: the search has it later now, and every page has moved up by one.
    paypal.refreshedS += 3_600;
    paypal.transactions = [...paypal.transactions.slice(1), sale(0, START_S + 50)];
    return undefined;
  };
  const { rows, pages } = await readAll(source({ pageRows: 4 }), DAY);
  expect(idsOf([...new Map(rows.map((row) => [row.externalId, row])).values()])).toEqual(idsOf(paypal.transactions));
  expect(pages.slice(0, 2).map((page) => page.rows.length)).toEqual([4, 0]);
  expect(pages[1]?.cursor).toBe(`{"from":${START_S},"ends":[${END_S}],"page":1}`);
});

test('a refresh while nobody read makes the window begin again too', async () => {
  paypal.transactions = sales(10);
  const whole = await readAll(source({ pageRows: 4 }), DAY);
  paypal.refreshedS += 3_600;
  const rest = await readAll(source({ pageRows: 4 }), DAY, whole.pages[0]?.cursor);
  expect(idsOf(rest.rows)).toEqual(idsOf(paypal.transactions));
});

test('a search that never holds still is given up after three new beginnings, at the beginning', async () => {
  paypal.transactions = sales(10);
  paypal.script = ({ path, query }) => {
    if (path === SEARCH_PATH && query.get('page') === '2') paypal.refreshedS += 1;
    return undefined;
  };
  const shard = await firstShard(source());
  const cursors: string[] = [];
  const reading = (async () => {
    for await (const page of source({ pageRows: 4 }).read(shard, null, NEVER_ABORTED)) cursors.push(page.cursor);
  })();
  const error = await failure(reading);
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe(
    'PayPal API: refreshed its search while it was read, 4 times: the window is read again later',
  );
  expect([cursors.length, cursors.at(-1)]).toEqual([8, `{"from":${START_S},"ends":[${END_S}],"page":1}`]);
});

test('new beginnings count for their window only', async () => {
  paypal.transactions = sales(10, (index) => START_S + (index % 2) * 50_000 + index);
  paypal.itemsMax = 6;
  const met = new Map<string, number>();
  paypal.script = ({ path, query }) => {
    const start = query.get('start_date') ?? '';
    if (path !== SEARCH_PATH || query.get('page') !== '2' || (met.get(start) ?? 0) === 3) return undefined;
    met.set(start, (met.get(start) ?? 0) + 1);
    paypal.refreshedS += 1;
    return undefined;
  };
  const { rows } = await readAll(source({ pageRows: 3 }), DAY);
  expect([...new Set(idsOf(rows))]).toEqual(idsOf(paypal.transactions));
  expect([...met.values()]).toEqual([3, 3]);
});

test('a page that came before is not taken for the next one', async () => {
  paypal.transactions = sales(10);
  let spoiled = 1;
  paypal.script = ({ path, query }, usual) => {
    if (path !== SEARCH_PATH || query.get('page') !== '2' || spoiled === 0) return undefined;
    spoiled -= 1;
    query.set('page', '1');
    return usual();
  };
  const { rows } = await readAll(source({ pageRows: 4 }), DAY);
  expect([...new Set(idsOf(rows))]).toEqual(idsOf(paypal.transactions));
  spoiled = 100;
  const error = await failure(readAll(source({ pageRows: 4 }), DAY));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain('gave rows of an earlier page again, 4 times');
});

test.each<[string, (usual: TestReply) => object, string]>([
  [
    'a row less',
    (usual) => ({ transaction_details: detailsOf(usual).slice(1) }),
    'gave another number of rows than it counts',
  ],
  ['a row more', () => ({ total_items: 4 }), 'gave another number of rows than it counts'],
  ['no rows', () => ({ transaction_details: undefined }), 'gave another number of rows than it counts'],
  ['more pages', () => ({ total_pages: 2 }), 'states pages that do not fit its count'],
  ['another window', () => ({ start_date: stamp(START_S + 1) }), 'gave the rows of another window than was asked for'],
  ['a longer window', () => ({ end_date: stamp(END_S) }), 'gave the rows of another window than was asked for'],
  ['no dates', () => ({ end_date: undefined }), 'gave an answer that is not a list of transactions'],
  ['a date that is none', () => ({ end_date: 'yesterday' }), 'gave an answer whose dates cannot be read'],
  ['no time of refresh', () => ({ last_refreshed_datetime: undefined }), 'gave an answer that is not a list'],
  ['no count', () => ({ total_items: '5' }), 'gave an answer that is not a list of transactions'],
])('an answer with %s is not believed', async (_what, given, message) => {
  paypal.transactions = sales(5);
  paypal.script = ({ path, query }, usual) =>
    path === SEARCH_PATH && query.get('page_size') !== '1' ? changed(usual(), given(usual())) : undefined;
  const error = await failure(readAll(source(), DAY));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain(message);
});

test('a count that later pages give from themselves on is understood', async () => {
  paypal.transactions = sales(10);
  paypal.script = ({ path, query }, usual) => {
    const before = (Number(query.get('page')) - 1) * 4;
    return path === SEARCH_PATH && before > 0 ? changed(usual(), { total_items: 10 - before }) : undefined;
  };
  expect((await readAll(source({ pageRows: 4 }), DAY)).rows.length).toBe(10);
});
