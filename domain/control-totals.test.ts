import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBusinessDate } from './business-date.ts';
import { type ControlTotal, Manifest, type ManifestEntry, totalForWire } from './control-totals.ts';
import type { InternalRow, ProcessorRow } from './transaction.ts';

const DATES = ['2026-01-30', '2026-01-31'].map(parseBusinessDate);

const processorRow: fc.Arbitrary<ProcessorRow> = fc
  .record({
    grossMinor: fc.bigInt(-(10n ** 12n), 10n ** 12n),
    contentHash: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    homeDate: fc.constantFrom(...DATES),
    kind: fc.constantFrom('payment', 'refund'),
    level: fc.constantFrom('activity', 'settlement'),
    currency: fc.constantFrom('USD', 'EUR'),
    movesBalance: fc.boolean(),
  })
  .map((row) => ({
    externalId: 'txn',
    unknownCode: null,
    occurredAtMs: 0,
    status: 'settled',
    reverses: false,
    feeMinor: null,
    netMinor: null,
    merchantReference: null,
    parentId: null,
    availableOn: null,
    payoutId: null,
    presentmentMinor: null,
    presentmentCurrency: null,
    fxRate: null,
    testMode: false,
    references: [],
    ...row,
  }));
const rows = fc.array(processorRow, { minLength: 1, maxLength: 40 });

function manifestOf(given: readonly (ProcessorRow | InternalRow)[]): ManifestEntry[] {
  const manifest = new Manifest('processor');
  for (const row of given) manifest.add(row);
  const keyOf = (entry: ManifestEntry) =>
    [entry.homeDate, entry.level, entry.kind, entry.currency, entry.movesBalance].join();
  return manifest.entries().sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const shuffled = rows.chain((given) =>
  fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })),
);

test('a manifest is the same in whatever order the rows come', () => {
  fc.assert(fc.property(shuffled, ([given, other]) => expect(manifestOf(other)).toEqual(manifestOf(given))));
});

const withPlace = rows.chain((given) => fc.tuple(fc.constant(given), fc.nat(given.length - 1)));

test('one lost row changes it', () => {
  fc.assert(
    fc.property(withPlace, ([given, at]) => expect(manifestOf(given.toSpliced(at, 1))).not.toEqual(manifestOf(given))),
  );
});

test('one doubled row changes it', () => {
  fc.assert(
    fc.property(withPlace, ([given, at]) =>
      expect(manifestOf([...given, ...given.slice(at, at + 1)])).not.toEqual(manifestOf(given)),
    ),
  );
});

test('a row exchanged for another of the same amount changes the digest', () => {
  fc.assert(
    fc.property(withPlace, ([given, at]) => {
      const [row] = given.slice(at, at + 1);
      if (row === undefined) return;
      const other = { ...row, contentHash: row.contentHash === 1n ? 2n : 1n };
      expect(manifestOf(given.with(at, other))).not.toEqual(manifestOf(given));
    }),
  );
});

test('the totals of the parts are the totals of the whole: every row counts once, debits as positive numbers', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const entries = manifestOf(given);
      const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
      expect(entries.reduce((total, { count }) => total + count, 0)).toBe(given.length);
      expect(sum(entries.map((entry) => entry.creditsMinor - entry.debitsMinor))).toBe(
        sum(given.map(({ grossMinor }) => grossMinor)),
      );
      expect(entries.every(({ debitsMinor, creditsMinor }) => debitsMinor >= 0n && creditsMinor >= 0n)).toBe(true);
      expect(sum(entries.map(({ digest }) => digest))).toBe(sum(given.map(({ contentHash }) => contentHash)));
    }),
  );
});

test('rows of another date, level, kind, currency or effect on the balance are totalled apart', () => {
  const [row] = fc.sample(processorRow, { numRuns: 1, seed: 1 });
  if (row === undefined) throw new RangeError('no row');
  const base: ProcessorRow = {
    ...row,
    homeDate: parseBusinessDate('2026-01-30'),
    level: 'activity',
    kind: 'payment',
    currency: 'USD',
    movesBalance: true,
  };
  const apart: ProcessorRow[] = [
    base,
    { ...base, homeDate: parseBusinessDate('2026-01-31') },
    { ...base, level: 'settlement' },
    { ...base, kind: 'refund' },
    { ...base, currency: 'EUR' },
    { ...base, movesBalance: false },
  ];
  expect(manifestOf(apart).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(manifestOf([base, { ...base, externalId: 'other', status: 'pending' }])).toMatchObject([{ count: 2 }]);
});

test('an internal record is totalled at the activity level by its amount', () => {
  const manifest = new Manifest('internal');
  const record: InternalRow = {
    externalId: 'order-1',
    kind: 'refund',
    unknownCode: null,
    currency: 'EUR',
    occurredAtMs: 0,
    homeDate: parseBusinessDate('2026-01-31'),
    status: 'settled',
    reverses: false,
    movesBalance: true,
    feeMinor: null,
    merchantReference: null,
    parentId: null,
    contentHash: -7n,
    amountMinor: -500n,
    processorReference: null,
  };
  manifest.add(record);
  manifest.add({ ...record, amountMinor: 0n });
  expect(manifest.entries()).toEqual([
    {
      side: 'internal',
      level: 'activity',
      kind: 'refund',
      currency: 'EUR',
      movesBalance: true,
      homeDate: '2026-01-31',
      count: 2,
      debitsMinor: 500n,
      creditsMinor: 0n,
      digest: -14n,
    },
  ]);
});

test('on the wire a total is decimal strings in major units', () => {
  const total: ControlTotal = {
    side: 'processor',
    level: 'activity',
    kind: 'payment',
    currency: 'JPY',
    count: 3,
    debitsMinor: 0n,
    creditsMinor: 2n ** 64n,
  };
  expect(totalForWire(total)).toEqual({
    side: 'processor',
    level: 'activity',
    kind: 'payment',
    currency: 'JPY',
    count: 3,
    debits: '0',
    credits: '18446744073709551616',
  });
  expect(totalForWire({ ...total, currency: 'USD', debitsMinor: 5n }).debits).toBe('0.05');
});
