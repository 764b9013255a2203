import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBusinessDate } from './business-date.ts';
import { internalContentHash, processorContentHash } from './content-hash.ts';
import type { InternalRow, ProcessorRow } from './transaction.ts';
import { KINDS, LEVELS, REFERENCE_TYPES, STATUSES } from './vocabulary.ts';

type Processor = Omit<ProcessorRow, 'contentHash'>;
type Internal = Omit<InternalRow, 'contentHash'>;
type Fields<Row> = { readonly [Field in keyof Row]-?: fc.Arbitrary<Row[Field]> };

// What a parser lets through: no control characters, trimmed.
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => `x${text.replaceAll(/[\p{C}\p{Z}]/gu, '')}`);
const wordOrNull = fc.option(word);
const minor = fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n);
const homeDate = fc.constantFrom(...['2026-01-30', '2026-01-31'].map(parseBusinessDate));

const shared = {
  externalId: word,
  kind: fc.constantFrom(...KINDS),
  unknownCode: wordOrNull,
  currency: fc.constantFrom('USD', 'EUR', 'JPY'),
  occurredAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  homeDate,
  status: fc.constantFrom(...STATUSES),
  reverses: fc.boolean(),
  movesBalance: fc.boolean(),
  feeMinor: fc.option(minor),
  merchantReference: wordOrNull,
  parentId: wordOrNull,
};
const processorFields: Fields<Processor> = {
  ...shared,
  level: fc.constantFrom(...LEVELS),
  grossMinor: minor,
  netMinor: fc.option(minor),
  availableOn: fc.option(fc.constantFrom('2026-02-01', '2026-02-02')),
  payoutId: wordOrNull,
  presentmentMinor: fc.option(minor),
  presentmentCurrency: fc.option(fc.constantFrom('USD', 'EUR')),
  fxRate: fc.option(fc.constantFrom('1.1', '1.10')),
  testMode: fc.boolean(),
  references: fc.array(fc.record({ type: fc.constantFrom(...REFERENCE_TYPES), value: word }), { maxLength: 3 }),
};
const internalFields: Fields<Internal> = { ...shared, amountMinor: minor, processorReference: wordOrNull };

// The home date follows from occurredAt and the account; the other two may change without a version (design section 7).
const NOT_COMPARED: readonly string[] = ['homeDate', 'availableOn', 'payoutId'];

function suite<Row extends object>(side: string, fields: Fields<Row>, hashOf: (row: Row) => bigint): void {
  const row = fc.record(fields as { [Field in keyof Row]: fc.Arbitrary<Row[Field]> }) as fc.Arbitrary<Row>;

  test(`equal ${side} rows have equal hashes, and those fit a bigint of PostgreSQL`, () => {
    fc.assert(
      fc.property(row, (one) => {
        const found = hashOf(one);
        expect(hashOf(structuredClone(one))).toBe(found);
        expect(BigInt.asIntN(64, found)).toBe(found);
      }),
    );
  });

  for (const field of Object.keys(fields) as (keyof Row & string)[]) {
    const isCompared = !NOT_COMPARED.includes(field);
    test(`${side} row: another ${field} ${isCompared ? 'is another content' : 'alone makes no version'}`, () => {
      fc.assert(
        fc.property(row, fields[field], (one, value) => {
          fc.pre(JSON.stringify(one[field], plain) !== JSON.stringify(value, plain));
          expect(hashOf({ ...one, [field]: value }) === hashOf(one)).toBe(!isCompared);
        }),
        { numRuns: 60 },
      );
    });
  }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

suite<Processor>('processor', processorFields, processorContentHash);
suite<Internal>('internal', internalFields, internalContentHash);

test('a value that moves to the neighbouring field is another content', () => {
  const base = fc.sample(fc.record(processorFields), { numRuns: 1, seed: 1 })[0] as Processor;
  const row = { ...base, merchantReference: 'a', parentId: null, feeMinor: 5n, netMinor: null };
  const hashes = [
    row,
    { ...row, merchantReference: null, parentId: 'a' },
    { ...row, feeMinor: null, netMinor: 5n },
    { ...row, feeMinor: 0n },
    { ...row, feeMinor: null },
  ].map(processorContentHash);
  expect(new Set(hashes).size).toBe(5);
});

test('the hashes of a thousand rows differ from each other', () => {
  const base = fc.sample(fc.record(internalFields), { numRuns: 1, seed: 1 })[0] as Internal;
  const hashes = Array.from({ length: 1_000 }, (_, at) => internalContentHash({ ...base, externalId: `order-${at}` }));
  expect(new Set(hashes).size).toBe(1_000);
});

test('the hash of a row is the same today as when it was stored', () => {
  // Stored hashes are compared with new ones for years: another function would make a version of every row.
  const row: Processor = {
    externalId: 'txn_1',
    level: 'activity',
    kind: 'payment',
    unknownCode: null,
    grossMinor: 1_000n,
    feeMinor: 59n,
    netMinor: 941n,
    currency: 'USD',
    occurredAtMs: 1_769_868_000_000,
    homeDate: parseBusinessDate('2026-01-31'),
    status: 'settled',
    reverses: false,
    movesBalance: true,
    testMode: false,
    merchantReference: 'order-1',
    parentId: null,
    availableOn: '2026-02-02',
    payoutId: 'po_1',
    presentmentMinor: null,
    presentmentCurrency: null,
    fxRate: null,
    references: [{ type: 'processor_id', value: 'ch_1' }],
  };
  expect(processorContentHash(row)).toBe(-8910100481100959799n);
  expect(
    internalContentHash({
      externalId: 'order-1',
      kind: 'payment',
      unknownCode: null,
      amountMinor: 1_000n,
      feeMinor: null,
      currency: 'USD',
      occurredAtMs: 1_769_868_000_000,
      homeDate: parseBusinessDate('2026-01-31'),
      status: 'settled',
      reverses: false,
      movesBalance: true,
      processorReference: 'ch_1',
      merchantReference: 'order-1',
      parentId: null,
    }),
  ).toBe(-6822387997254024481n);
});
