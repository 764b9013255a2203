import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readInternalRow } from './internal-row.ts';
import { rowContext } from './row-context.ts';
import { ACCOUNT, internalRecord, internalRow, ZONE } from './rows-for-tests.ts';

const context = rowContext(ACCOUNT, ZONE);
const read = (record: object) => readInternalRow(record, context);
const MINIMAL = { id: 'led_1', kind: 'refund', amount: '-500', currency: 'JPY', occurredAt: '2026-02-01T04:30:00Z' };

test('a record that is written and read again is the same record', () => {
  fc.assert(fc.property(internalRow, (row) => expect(read(internalRecord(row))).toEqual(row)));
});

test('the required fields are enough', () => {
  expect(read({ ...MINIMAL, fee: null, processorReference: 'N/A', customer: 'Jane' })).toMatchObject({
    externalId: 'led_1',
    kind: 'refund',
    amountMinor: -500n,
    feeMinor: null,
    homeDate: '2026-01-31',
    status: 'settled',
    movesBalance: true,
    processorReference: null,
  });
});

test('a void record does not move the balance', () => {
  expect(read({ ...MINIMAL, status: 'void' })).toMatchObject({ status: 'void', movesBalance: false });
});

test.each([
  [{ id: null }, 'id: is missing'],
  [{ amount: null }, 'amount: is missing'],
  [{ amount: '5.00' }, 'amount: "5.00" has 2 decimals, JPY has 0'],
  [{ currency: null }, 'currency: is missing'],
  [{ occurredAt: null }, 'occurredAt: is missing'],
  [{ account: 'paypal/us' }, 'account: "paypal/us" is not the account that is read, stripe/us'],
])('%j is refused: %s', (given, reason) => {
  expect(() => read({ ...MINIMAL, ...given })).toThrow(reason);
});
