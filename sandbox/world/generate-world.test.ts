import { beforeAll, describe, expect, test } from '@jest/globals';
import { businessDateAt, datesBetween, windowOf } from '../../domain/business-date.ts';
import { generateWorld, type WorldOptions } from './generate-world.ts';
import type { LedgerEntry, ShopRecord, World } from './world.ts';

const OPTIONS: WorldOptions = {
  seed: 7,
  account: 'stripe/us',
  zone: 'America/New_York',
  // Holds the day of 23 hours.
  firstDate: '2026-03-05',
  days: 6,
  transactionsPerDay: 300,
};

let world: World;
let honest: World;
beforeAll(() => {
  world = generateWorld(OPTIONS);
  honest = generateWorld({ ...OPTIONS, plant: false });
});

test('the same options give the same world, another seed or account another one', () => {
  expect(generateWorld(OPTIONS)).toEqual(world);
  const ids = new Set(world.entries.map((entry) => entry.id));
  for (const other of [generateWorld({ ...OPTIONS, seed: 8 }), generateWorld({ ...OPTIONS, account: 'stripe/eu' })]) {
    expect(other.entries.filter((entry) => ids.has(entry.id))).toEqual([]);
  }
});

test('each local day brings exactly the transactions asked for, the day of 23 hours too', () => {
  for (const date of datesBetween(world.firstDate, world.lastDate)) {
    const { startMs, endMs } = windowOf(date, world.zone);
    const made = honest.entries.filter(
      ({ createdS, movement }) => createdS * 1000 >= startMs && createdS * 1000 < endMs && movement !== 'payout',
    );
    expect([date, made.length]).toEqual([date, OPTIONS.transactionsPerDay]);
  }
});

test('nights are quiet and evenings are busy', () => {
  const hours = honest.entries.map(({ createdS }) => new Date((createdS - 5 * 3600) * 1000).getUTCHours());
  const within = (from: number, to: number) => hours.filter((hour) => hour >= from && hour <= to).length;
  expect(within(18, 21)).toBeGreaterThan(8 * within(1, 4));
});

test('ids are unique, look like Stripe’s, and say nothing about time', () => {
  const ids = world.entries.flatMap(({ id, source }) => (source === null ? [id] : [id, source.id]));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^(txn|ch|re|du|po)_[0-9A-Za-z]{24}$/);
  const order = world.entries.map(({ id }) => id);
  expect(order).not.toEqual(order.toSorted());
  expect(world.entries.map(({ createdS }) => createdS)).toEqual(
    world.entries.map(({ createdS }) => createdS).toSorted((a, b) => a - b),
  );
});

test('there are charges, refunds, disputes, fees and payouts, some of them converted from each foreign currency', () => {
  const movements = new Set(honest.entries.map(({ movement }) => movement));
  expect([...movements].sort()).toEqual(['charge', 'dispute', 'fee', 'payout', 'refund']);
  const charges = honest.entries.flatMap(({ source }) => (source?.object === 'charge' ? [source] : []));
  expect([...new Set(charges.map(({ currency }) => currency))].sort()).toEqual(['EUR', 'GBP', 'JPY', 'USD']);
  const booked = new Set(honest.records.map(({ currency }) => currency));
  expect([...booked].sort()).toEqual(['EUR', 'GBP', 'JPY', 'USD']);
  expect(charges.some(({ refunds }) => refunds.length === 2)).toBe(true);
  expect(honest.records.some(({ processorReference }) => processorReference === null)).toBe(true);
});

test('a payout is the sum of its entries, and every entry is paid out at most once, after it became available', () => {
  expect(world.payouts.length).toBeGreaterThanOrEqual(3);
  for (const payout of world.payouts) {
    const members = world.entries.filter(({ payoutId }) => payoutId === payout.id);
    expect(members.reduce((sum, entry) => sum + net(entry), 0n)).toBe(0n);
    const paid = members.filter(({ movement }) => movement !== 'payout');
    expect(paid.reduce((sum, entry) => sum + net(entry), 0n)).toBe(payout.amountMinor);
    expect(paid.every(({ availableOnS }) => availableOnS <= payout.createdS)).toBe(true);
  }
});

test('the shop never holds two lines of one kind and currency under one order, unless their own ids tell them apart', () => {
  for (const { records } of [world, honest]) {
    const lines = Map.groupBy(records, ({ orderId, kind, currency }) => `${orderId ?? ''} ${kind} ${currency}`);
    for (const line of lines.values()) {
      if (line.length > 1) expect(line.every(({ processorReference }) => processorReference !== null)).toBe(true);
    }
  }
});

test.each(['America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'])(
  'in %s the sides differ in exactly what the truth tells, and in nothing where nothing is planted',
  (zone) => {
    expectTruth({ ...OPTIONS, zone, seed: zone, firstDate: '2026-04-03' });
  },
);

test.each([
  { account: 'paypal/eu', currency: 'EUR', zone: 'Europe/Berlin' },
  { account: 'square/jp', currency: 'JPY', zone: 'Asia/Tokyo' },
  { account: 'adyen/uk', currency: 'GBP', zone: 'Europe/London' },
] as const)('at $account too', (account) => {
  expectTruth({ ...OPTIONS, ...account });
  const { entries } = generateWorld({ ...OPTIONS, ...account });
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
});

test('PayPal keeps each currency apart and changes it by pairs of rows; a dispute and its fee are two rows', () => {
  const { entries } = generateWorld({ ...OPTIONS, account: 'paypal/eu', currency: 'EUR', zone: 'Europe/Berlin' });
  const legs = Map.groupBy(
    entries.filter(({ movement }) => movement === 'conversion'),
    ({ source }) => source?.id,
  );
  expect(legs.size).toBeGreaterThan(3);
  for (const pair of legs.values()) {
    const [from, to] = pair.toSorted((a, b) => Number(a.grossMinor - b.grossMinor));
    expect([pair.length, from?.currency === 'EUR', to?.currency]).toEqual([2, false, 'EUR']);
    expect([(from?.grossMinor ?? 0n) < 0n, (to?.grossMinor ?? 0n) > 0n]).toEqual([true, true]);
  }
  const count = (movement: string) => entries.filter((entry) => entry.movement === movement).length;
  expect(count('dispute')).toBeGreaterThan(0);
  expect(count('dispute_fee')).toBe(count('dispute'));
});

function expectTruth(options: WorldOptions): void {
  const clean = generateWorld({ ...options, plant: false });
  expect([clean.truth, compareSides(clean)]).toEqual([[], []]);
  const planted = generateWorld(options);
  const told = planted.truth.filter(({ verdict }) => verdict !== 'pending_timing');
  expect(compareSides(planted)).toEqual(told.map((row) => `${row.externalId} ${row.verdict}`).sort());
}

describe('the truth', () => {
  test('has every kind of case on every date', () => {
    for (const date of datesBetween(world.firstDate, world.lastDate)) {
      const verdicts = world.truth.filter((row) => row.date === date).map(({ verdict, kind }) => `${verdict} ${kind}`);
      expect(verdicts.sort()).toEqual([
        'amount_mismatch payment',
        'amount_mismatch payment',
        'currency_mismatch payment',
        'fee_mismatch payment',
        'ignored fee',
        'ignored payment',
        'kind_mismatch refund',
        'missing_internal dispute',
        'missing_internal fee',
        'missing_internal payment',
        'missing_internal refund',
        'missing_processor payment',
        'pending_timing payment',
        'pending_timing payment',
        'status_mismatch payment',
        'unknown_type other',
      ]);
    }
  });

  test('names rows that exist on the side it claims, on the date it claims', () => {
    const seconds = new Map(world.entries.map(({ id, createdS }) => [id, createdS * 1000]));
    const booked = new Map(world.records.map(({ id, occurredAtMs }) => [id, occurredAtMs]));
    for (const row of world.truth.flatMap(({ partner, ...row }) => (partner === null ? [row] : [row, partner]))) {
      const occurredAtMs = (row.side === 'processor' ? seconds : booked).get(row.externalId);
      expect(occurredAtMs).toBe(row.occurredAtMs);
      expect(businessDateAt(row.occurredAtMs, world.zone)).toBe(row.date);
    }
  });

  test('lets pairs that midnight divides lie within three hours, one on each date', () => {
    for (const row of world.truth.filter(({ verdict }) => verdict === 'pending_timing')) {
      expect(row.settlesOn).toBe(row.partner?.date);
      expect(row.partner?.date).not.toBe(row.date);
      expect(Math.abs((row.partner?.occurredAtMs ?? 0) - row.occurredAtMs)).toBeLessThan(3 * 3_600_000);
    }
  });

  test('plants each case on an order of its own', () => {
    const orders = world.truth.map(({ externalId, partner }) => {
      const entry = world.entries.find(({ id }) => id === externalId || id === partner?.externalId);
      const record = world.records.find(({ id }) => id === externalId || id === partner?.externalId);
      return orderOf(entry) ?? record?.orderId ?? externalId;
    });
    expect(new Set(orders).size).toBe(orders.length);
  });

  test('cannot be read from the rows', () => {
    const planted = new Set(world.truth.map(({ externalId }) => externalId));
    const shapes = (rows: readonly { id: string }[], isPlanted: boolean) =>
      new Set(rows.filter(({ id }) => planted.has(id) === isPlanted).map((row) => Object.keys(row).sort().join(' ')));
    expect(shapes(world.entries, true)).toEqual(shapes(world.entries, false));
    expect(shapes(world.records, true)).toEqual(shapes(world.records, false));
  });
});

test.each([
  [{ days: 0 }, 'days is 0'],
  [{ transactionsPerDay: 10 }, 'transactionsPerDay is 10'],
  [{ firstDate: '2026-02-30' }, 'is not a day of the calendar'],
  [{ zone: 'Mars/Olympus' }, 'is not an IANA time zone'],
])('refuses %j', (wrong, message) => {
  expect(() => generateWorld({ ...OPTIONS, ...wrong })).toThrow(message);
});

function net(entry: LedgerEntry): bigint {
  return entry.grossMinor - entry.feeMinor;
}

function orderOf(entry: LedgerEntry | undefined): string | undefined {
  const source = entry?.source;
  if (source === undefined || source === null || source.object === 'payout' || source.object === 'conversion')
    return undefined;
  return source.object === 'charge' ? source.orderId : source.charge.orderId;
}

const KINDS: Readonly<Record<string, string>> = {
  charge: 'payment',
  refund: 'refund',
  dispute: 'dispute',
  dispute_fee: 'fee',
  fee: 'fee',
};
const UNBOOKED: ReadonlySet<string> = new Set(['payout', 'conversion']);

/** A plain join of both sides by the keys they carry: what an accountant with two lists and patience would find. */
function compareSides({ entries, records }: World): string[] {
  const open = new Map(entries.filter(({ movement }) => !UNBOOKED.has(movement)).map((entry) => [entry.id, entry]));
  const byId = new Map([...open.values()].map((entry) => [knownAs(entry), entry]));
  const byOrder = new Map([...open.values()].map((entry) => [`${orderOf(entry)} ${KINDS[entry.movement]}`, entry]));
  const found: string[] = [];
  for (const record of records) {
    const entry = byId.get(record.processorReference ?? '') ?? byOrder.get(`${record.orderId} ${record.kind}`);
    if (entry === undefined) {
      found.push(`${record.id} ${record.amountMinor === 0n ? 'ignored' : 'missing_processor'}`);
      continue;
    }
    // Whatever is booked twice would be found missing here.
    expect(open.delete(entry.id)).toBe(true);
    const verdict = differenceOf(entry, record);
    if (verdict !== undefined) found.push(`${entry.id} ${verdict}`);
  }
  for (const entry of open.values()) {
    const verdict = KINDS[entry.movement] === undefined ? 'unknown_type' : 'missing_internal';
    found.push(`${entry.id} ${entry.grossMinor === 0n ? 'ignored' : verdict}`);
  }
  return found.sort();
}

/** Under which id the shop may know the row. */
function knownAs({ id, movement, source }: LedgerEntry): string | undefined {
  return source === null || movement === 'dispute_fee' ? id.split(':')[0] : source.id;
}

function differenceOf(entry: LedgerEntry, record: ShopRecord): string | undefined {
  const { source } = entry;
  let amountMinor = entry.grossMinor;
  if (record.currency !== entry.currency) {
    const charge = source?.object === 'refund' ? source.charge : source;
    if (charge?.object !== 'charge' || charge.currency !== record.currency) return 'currency_mismatch';
    amountMinor = source?.object === 'refund' ? -source.amountMinor : charge.amountMinor;
  }
  if (record.kind !== KINDS[entry.movement]) return 'kind_mismatch';
  if (record.amountMinor !== amountMinor) return 'amount_mismatch';
  if (record.status !== 'paid') return 'status_mismatch';
  if (record.feeMinor !== null && record.feeMinor !== entry.feeMinor) return 'fee_mismatch';
  return undefined;
}
