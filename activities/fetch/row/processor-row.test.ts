import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isMarked } from './personal-mark.ts';
import { readProcessorRow } from './processor-row.ts';
import { quarantineReason } from './quarantine-reason.ts';
import { rowContext } from './row-context.ts';
import { ACCOUNT, processorRecord, processorRow, ZONE } from './rows-for-tests.ts';

const context = rowContext(ACCOUNT, ZONE);
const read = (record: object) => readProcessorRow(record, context);
const MINIMAL = { id: 'txn_1', kind: 'payment', gross: '12.30', currency: 'USD', occurredAt: '2026-02-01T04:30:00Z' };

test('a row that is written and read again is the same row', () => {
  fc.assert(fc.property(processorRow, (row) => expect(read(processorRecord(row))).toEqual(row)));
});

test('the required fields are enough; what is not given is null or its default, never 0', () => {
  expect(read(MINIMAL)).toMatchObject({
    externalId: 'txn_1',
    level: 'activity',
    kind: 'payment',
    unknownCode: null,
    grossMinor: 1230n,
    feeMinor: null,
    netMinor: null,
    currency: 'USD',
    // Half past eleven in the evening of the day before in New York.
    homeDate: '2026-01-31',
    status: 'settled',
    reverses: false,
    movesBalance: true,
    testMode: false,
    merchantReference: null,
    references: [],
  });
});

test('JSON null is absent, and fields of other names are not looked at', () => {
  const nulls = { fee: null, net: null, references: null, presentment: null, availableOn: null, account: null };
  expect(read({ ...MINIMAL, ...nulls, customerEmail: 'jane@example.com', description: 'x' })).toEqual(read(MINIMAL));
});

test.each([
  [{ fee: '0.30' }, { feeMinor: 30n, netMinor: 1200n }],
  [{ net: '12.00' }, { feeMinor: 30n, netMinor: 1200n }],
  [
    { fee: '0.30', net: '12.00' },
    { feeMinor: 30n, netMinor: 1200n },
  ],
  [
    { gross: '-12.30', fee: '-0.30' },
    { grossMinor: -1230n, feeMinor: -30n, netMinor: -1200n },
  ],
])('fee and net complete each other: %j', (given, expected) => {
  expect(read({ ...MINIMAL, ...given })).toMatchObject(expected);
});

test('a void row does not move the balance unless it says so', () => {
  expect(read({ ...MINIMAL, status: 'void' }).movesBalance).toBe(false);
  expect(read({ ...MINIMAL, status: 'void', movesBalance: true }).movesBalance).toBe(true);
});

test('an unknown kind is other and keeps its code', () => {
  expect(read({ ...MINIMAL, kind: 'loyalty_bonus' })).toMatchObject({ kind: 'other', unknownCode: 'loyalty_bonus' });
  expect(read({ ...MINIMAL, kind: 'other' })).toMatchObject({ kind: 'other', unknownCode: null });
});

test('a payout that names no payout is its own', () => {
  expect(read({ ...MINIMAL, kind: 'payout', gross: '-5.00' }).payoutId).toBe('txn_1');
  expect(read({ ...MINIMAL, kind: 'payout', gross: '-5.00', payoutId: 'po_1' }).payoutId).toBe('po_1');
});

test('references are sorted, once each, without none-words and without the id itself', () => {
  const references = [
    { type: 'processor_id', value: 'pi_2' },
    { type: 'processor_id', value: 'ch_1' },
    { type: 'processor_id', value: 'ch_1' },
    { type: 'processor_id', value: 'txn_1' },
    { type: 'bank_reference', value: 'N/A' },
    { type: 'processor_id', value: 0 },
  ];
  expect(read({ ...MINIMAL, references }).references).toEqual([
    { type: 'processor_id', value: 'ch_1' },
    { type: 'processor_id', value: 'pi_2' },
  ]);
  expect(read({ ...MINIMAL, references: references.reverse() }).contentHash).toBe(
    read({ ...MINIMAL, references }).contentHash,
  );
});

test('a reference with a place of its own goes there, or stays a further key when the place is taken', () => {
  const references = [
    { type: 'merchant_reference', value: 'order-1' },
    { type: 'parent', value: 'ch_0' },
    { type: 'payout', value: 'po_1' },
  ];
  expect(read({ ...MINIMAL, references })).toMatchObject({
    merchantReference: 'order-1',
    parentId: 'ch_0',
    payoutId: 'po_1',
    references: [],
  });
  expect(read({ ...MINIMAL, merchantReference: 'cart-9', references })).toMatchObject({
    merchantReference: 'cart-9',
    references: [{ type: 'merchant_reference', value: 'order-1' }],
  });
});

test('whole numbers are read as keys, rates lose zeros that say nothing', () => {
  expect(read({ ...MINIMAL, id: 1001, fxRate: '1.08450' })).toMatchObject({ externalId: '1001', fxRate: '1.0845' });
});

test.each([
  [{ id: undefined }, 'id: is missing'],
  [{ id: 'n/a' }, 'id: is missing'],
  [{ id: {} }, 'id: is not text'],
  [{ kind: '' }, 'kind: is missing'],
  [{ gross: undefined }, 'gross: is missing'],
  [{ gross: '' }, 'gross: is missing'],
  [{ gross: 12.3 }, 'gross: is a JSON number, which does not keep cents exactly: write "12.30" in quotes'],
  [{ gross: '1.234,50' }, 'gross: "1.234,50" is not a plain decimal such as 12.30'],
  [{ gross: '=1+1' }, 'gross: "=1+1" is not a plain decimal'],
  [{ gross: '12.305' }, 'gross: "12.305" has 3 decimals, USD has 2'],
  [{ gross: '99999999999999999.99' }, 'gross: is larger than can be reckoned with exactly'],
  [{ gross: '1'.repeat(60) }, 'gross: is not a decimal in quotes'],
  [{ fee: '' }, 'fee: "" is not a plain decimal'],
  [{ currency: 'XXX' }, 'currency: "XXX" is not an ISO 4217 currency'],
  [{ currency: 'usd' }, 'currency: "usd" is not an ISO 4217 currency: write it in capitals'],
  [{ occurredAt: '2026-02-01T04:30:00' }, 'occurredAt: "2026-02-01T04:30:00" has no offset'],
  [{ fee: '0.30', net: '12.01' }, 'net: is not gross minus fee'],
  [{ status: 'paid' }, 'status: "paid" is not one of pending, settled, void'],
  [{ level: 'ledger' }, 'level: "ledger" is not one of activity, netting, settlement, bank'],
  [{ reverses: 'yes' }, 'reverses: is not true or false'],
  [{ references: [{ type: 'order', value: 'x' }] }, 'references[0].type: "order" is not one of processor_id'],
  [{ references: ['ch_1'] }, 'references[0]: is not { type, value }'],
  [{ references: 'ch_1' }, 'references: is not a list of { type, value }'],
  [{ references: new Array(51).fill({ type: 'processor_id', value: 'x' }) }, 'references: holds more than 50 keys'],
  [{ presentment: { amount: '5', currency: 'XXX' } }, 'presentment.currency: "XXX" is not an ISO 4217 currency'],
  [{ presentment: { currency: 'EUR' } }, 'presentment.amount: is missing'],
  [{ fxRate: '1,08' }, 'fxRate: is not a decimal in quotes'],
  [{ availableOn: '31.01.2026' }, 'availableOn: "31.01.2026" is not a date'],
  [{ account: 'stripe/eu' }, 'account: "stripe/eu" is not the account that is read, stripe/us'],
])('%j is refused: %s', (given, reason) => {
  expect(() => read({ ...MINIMAL, ...given })).toThrow(reason);
});

test('no reason of a quarantined row shows what looks like personal data, and a row that is read has it marked', () => {
  for (const field of ['id', 'kind', 'gross', 'currency', 'occurredAt', 'status', 'account', 'merchantReference']) {
    for (const value of ['jane.doe@example.com', '4242424242424242', `${'x'.repeat(30)} jane.doe@example.com`]) {
      let reason = 'it was read';
      try {
        const { externalId, merchantReference, unknownCode } = read({ ...MINIMAL, [field]: value });
        if ([externalId, merchantReference, unknownCode].some(isMarked)) reason = 'it is marked';
      } catch (error) {
        reason = quarantineReason(error);
      }
      expect([field, reason]).toEqual([field, expect.not.stringMatching(/it was read|jane|example|424242424242/)]);
    }
  }
});
