import { describe, expect, test } from '@jest/globals';
import { businessDateAt, datesBetween, windowOf } from '../../domain/business-date.ts';
import { expectedDiscrepancies } from './expected-discrepancies.ts';
import { expectedSettled, ordinaryRecords } from './expected-settled.ts';
import { generateWorld, type WorldOptions } from './generate-world.ts';
import type { LedgerEntry, ShopRecord, Situation, World } from './world.ts';

const OPTIONS: WorldOptions = {
  seed: 11,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-03-02',
  days: 8,
  transactionsPerDay: 120,
  situations: { toleratedMinor: 2 },
};
const ACCOUNTS = [
  { account: 'stripe/us', currency: 'USD', zone: 'America/New_York' },
  { account: 'paypal/eu', currency: 'EUR', zone: 'Europe/Berlin' },
  { account: 'square/jp', currency: 'JPY', zone: 'Asia/Tokyo' },
  { account: 'adyen/uk', currency: 'GBP', zone: 'Europe/London' },
] as const;
const PLAIN = [
  'ambiguous',
  'data_error',
  'duplicate_internal',
  'duplicate_processor',
  'matched by keyless',
  'matched by netting',
  'matched by sum',
  'matched_tolerance',
];

const nameOf = ({ verdict, by }: Situation) => (by === null ? verdict : `${verdict} by ${by}`);
const world = generateWorld(OPTIONS);
const rowsOf = (of: World) =>
  new Map<string, LedgerEntry | ShopRecord>(
    [...of.entries, ...of.records, ...of.odd.entries.map(({ entry }) => entry), ...of.odd.records].map((row) => [
      row.id,
      row,
    ]),
  );
const amountOf = (row: LedgerEntry | ShopRecord | undefined) =>
  row === undefined ? 0n : 'occurredAtMs' in row ? row.amountMinor : row.grossMinor;

test('a world that did not ask for them has none, and its rows are the same as ever', () => {
  const { situations: _none, ...options } = OPTIONS;
  const plain = generateWorld(options);
  expect([plain.situations, plain.odd.entries, plain.odd.records]).toEqual([[], [], []]);
  expect(plain.payouts.every(({ withheldMinor }) => withheldMinor === 0n)).toBe(true);
});

test('the same options give the same situations', () => {
  expect(generateWorld(OPTIONS)).toEqual(world);
});

describe.each(ACCOUNTS)('$account', (account) => {
  const own = generateWorld({ ...OPTIONS, ...account });
  const rows = rowsOf(own);

  test('has every situation that it can express on every date', () => {
    for (const date of datesBetween(own.firstDate, own.lastDate)) {
      const names = new Set(own.situations.filter((situation) => situation.date === date).map(nameOf));
      expect([...names]).toEqual(expect.arrayContaining(PLAIN));
    }
    const late = own.truth.filter(({ verdict }) => verdict === 'matched_late');
    expect(late).toHaveLength(2 * OPTIONS.days);
    expect(own.situations.filter(({ verdict }) => verdict === 'unexplained_remainder')).toHaveLength(
      account.account.startsWith('s') ? 1 : 0,
    );
  });

  test('names rows that are there, on the date that it claims', () => {
    for (const { rows: members, date, verdict } of own.situations) {
      for (const { externalId, side } of members) {
        const row = rows.get(externalId);
        const atMs = row === undefined ? 0 : 'occurredAtMs' in row ? row.occurredAtMs : row.createdS * 1000;
        expect([externalId, businessDateAt(atMs, own.zone)]).toEqual([externalId, date]);
        expect([verdict, side]).toEqual([
          verdict,
          row !== undefined && 'occurredAtMs' in row ? 'internal' : 'processor',
        ]);
      }
    }
  });

  test('groups add up, reversals cancel, and what is tolerated is off by one or two', () => {
    for (const situation of own.situations) {
      const sum = situation.rows.reduce(
        (total, { side, externalId }) => total + (side === 'processor' ? 1n : -1n) * amountOf(rows.get(externalId)),
        0n,
      );
      if (situation.verdict === 'matched') expect([situation.note, sum]).toEqual([situation.note, 0n]);
      if (situation.verdict === 'matched_tolerance') expect([1n, 2n, -1n, -2n]).toContain(sum);
    }
  });

  test('only the amount ties what has no key, and no other row has it', () => {
    const counts = new Map<bigint, number>();
    for (const row of rows.values()) counts.set(amountOf(row), (counts.get(amountOf(row)) ?? 0) + 1);
    for (const { by, verdict, rows: members } of own.situations) {
      if (by !== 'keyless' && verdict !== 'ambiguous') continue;
      for (const { side, externalId } of members) {
        const row = rows.get(externalId);
        expect(counts.get(amountOf(row))).toBe(members.length);
        const keys = row !== undefined && 'occurredAtMs' in row ? [row.orderId, row.processorReference] : [];
        expect([side, keys]).toEqual([side, side === 'internal' ? [null, null] : []]);
      }
    }
  });

  test('a row is part of one story only', () => {
    const told = [
      ...own.truth.flatMap(({ externalId, partner }) => [
        externalId,
        ...(partner === null ? [] : [partner.externalId]),
      ]),
      ...own.situations.flatMap(({ rows: members, beside }) =>
        [...members, ...beside].map(({ externalId }) => externalId),
      ),
    ];
    const payouts = new Set(own.payouts.map(({ entryId }) => entryId));
    const stories = told.filter((id) => !payouts.has(id));
    expect(new Set(stories).size).toBe(stories.length);
  });

  test('what is kept back is missing from one payout only, and rows that nobody can read are in none', () => {
    for (const payout of own.payouts) {
      const members = own.entries.filter(({ payoutId, movement }) => payoutId === payout.id && movement !== 'payout');
      const sum = members.reduce((total, { grossMinor, feeMinor }) => total + grossMinor - feeMinor, 0n);
      if (payout.automatic) expect(payout.amountMinor).toBe(sum - payout.withheldMinor);
    }
    const odd = new Set(own.odd.entries.map(({ entry }) => entry.id));
    expect(own.entries.some(({ id }) => odd.has(id))).toBe(false);
  });
});

test('a rate that no market had is a difference only where the rules look at rates', () => {
  const bad = (of: World) => of.truth.filter(({ verdict }) => verdict === 'fx_variance');
  const looking = generateWorld({ ...OPTIONS, situations: { comparesRates: true } });
  expect([bad(world).length, bad(looking).length]).toEqual([0, OPTIONS.days]);
  const [first] = bad(looking);
  const entry = looking.entries.find(({ id }) => id === first?.externalId);
  const others = looking.entries.filter(
    ({ source, createdS }) =>
      source?.object === 'charge' &&
      source.currency === 'EUR' &&
      businessDateAt(createdS * 1000, looking.zone) === first?.date,
  );
  const rates = others.map(({ exchangeRateMicros }) => Number(exchangeRateMicros)).sort();
  expect(Number(entry?.exchangeRateMicros) / (rates.at(-1) ?? 0)).toBeCloseTo(0.94, 4);
});

describe('what is expected', () => {
  const at = (to: string) => {
    const date = datesBetween(world.firstDate, world.lastDate).find((day) => day === to) ?? world.firstDate;
    return { from: world.firstDate, to: date, horizonMs: windowOf(date, world.zone).endMs };
  };
  const count = (verdicts: readonly string[], verdict: string) => verdicts.filter((other) => other === verdict).length;

  test('without a key nothing is said before a day has passed: four rows wait, then one riddle stands', () => {
    const one = expectedDiscrepancies(world, at('2026-03-02')).map(({ verdict }) => verdict);
    const two = expectedDiscrepancies(world, at('2026-03-03')).map(({ verdict }) => verdict);
    expect([count(one, 'ambiguous'), count(two, 'ambiguous')]).toEqual([0, 1]);
    const keyless = world.situations.filter(({ before, date }) => before !== null && date === '2026-03-02');
    expect(keyless.flatMap(({ rows }) => rows)).toHaveLength(6);
  });

  test('a row that is a day late is missing first, and closes as matched late', () => {
    const late = world.truth.filter(({ verdict, date }) => verdict === 'matched_late' && date === '2026-03-02');
    const one = new Map(expectedDiscrepancies(world, at('2026-03-02')).map((row) => [row.externalId, row.verdict]));
    expect(late.map(({ externalId }) => one.get(externalId))).toEqual(['missing_internal', 'missing_processor']);
    const ids = new Set(late.map(({ externalId }) => externalId));
    const settled = expectedSettled(world, at('2026-03-03')).filter(({ rows }) => ids.has(rows[0]?.externalId ?? ''));
    expect(settled.map(({ verdict, before }) => [verdict, before])).toEqual([
      ['matched_late', 'missing_internal'],
      ['matched_late', 'missing_processor'],
    ]);
  });

  test('nothing is expected to be open and settled at once', () => {
    const open = expectedDiscrepancies(world, at(world.lastDate)).filter(({ level }) => level === 'activity');
    const settled = new Set(
      expectedSettled(world, at(world.lastDate)).flatMap(({ rows }) => rows.map(({ externalId }) => externalId)),
    );
    const all = open.flatMap((row) => [row, ...(row.members ?? [])]);
    expect(all.filter(({ externalId }) => settled.has(externalId))).toEqual([]);
  });

  test('a record of ordinary trade is in no story', () => {
    const ordinary = ordinaryRecords(world, { from: world.firstDate, to: world.lastDate });
    const told = new Set(
      world.situations.flatMap(({ rows, beside }) => [...rows, ...beside].map(({ externalId }) => externalId)),
    );
    expect(ordinary.length).toBeGreaterThan(300);
    expect(ordinary.filter((id) => told.has(id))).toEqual([]);
  });
});
