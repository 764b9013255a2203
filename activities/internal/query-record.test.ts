import { expect, test } from '@jest/globals';
import { queryColumns, TYPE } from './query-columns.ts';
import { queryRecord } from './query-record.ts';

const COLUMNS = [
  { name: 'id', typeOid: TYPE.int8 },
  { name: 'kind', typeOid: TYPE.text },
  { name: 'amount', typeOid: TYPE.numeric },
  { name: 'currency', typeOid: TYPE.bpchar },
  { name: 'occurredAt', typeOid: TYPE.timestamptz },
];

test.each([
  ['USD', '12.300', '12.30'],
  ['USD', '12.3000000', '12.30'],
  ['USD', '12.305', '12.305'],
  ['USD', '12.3', '12.3'],
  ['JPY', '500.000', '500'],
  ['JPY', '500.5', '500.5'],
  ['KWD', '1.2340', '1.234'],
  ['XXX', '1.2340', '1.2340'],
])("%s %s is %s: zeros beyond the currency's decimals are the column's", (currency, text, amount) => {
  const record = queryRecord(COLUMNS, ['1', 'fee', text, currency, '2026-01-31 10:00:00+00']);
  expect(record.amount).toBe(amount);
});

test('a time of a session in UTC is written with its offset, char(n) loses its padding, booleans are booleans', () => {
  const columns = [...COLUMNS, { name: 'reverses', typeOid: TYPE.bool }, { name: 'fee', typeOid: TYPE.numeric }];
  expect(
    queryRecord(columns, ['9007199254740993', 'fee', '1', 'USD  ', '2026-01-31 10:00:00.5+00', 't', null]),
  ).toEqual({
    id: '9007199254740993',
    kind: 'fee',
    amount: '1',
    currency: 'USD',
    occurredAt: '2026-01-31T10:00:00.5Z',
    reverses: true,
    fee: null,
  });
});

test('a query is told everything that must change, at once', () => {
  const given = [
    { name: 'id', typeOid: TYPE.text },
    { name: 'amount', typeOid: TYPE.float8 },
    { name: 'currency', typeOid: TYPE.text },
    { name: 'currency', typeOid: TYPE.text },
    { name: 'occurredat', typeOid: TYPE.timestamptz },
    { name: 'occurredAt', typeOid: TYPE.timestamp },
    { name: 'fee', typeOid: TYPE.text },
    { name: 'reverses', typeOid: TYPE.text },
    { name: 'customer_email', typeOid: TYPE.text },
  ];
  expect(() => queryColumns(given, 'internal database')).toThrow(
    'internal database: its query must change: column "kind" is missing; ' +
      '"amount" is double precision, which does not keep cents: write amount::numeric; ' +
      '"currency" is there twice; ' +
      `"occurredAt" is timestamp without time zone: write it as timestamptz, such as paid_at at time zone 'UTC'; ` +
      '"fee" is not a number: write fee::numeric; "reverses" is not a boolean',
  );
  expect(() => queryColumns([{ name: 'occurredat', typeOid: TYPE.timestamptz }], 'db')).toThrow(
    'column "occurredAt" is missing, write occurredat as "occurredAt" in quotes',
  );
});

test('only columns of the contract are read', () => {
  const given = [...COLUMNS, { name: 'customer_email', typeOid: TYPE.text }];
  expect(queryColumns(given, 'db')).toEqual(COLUMNS);
});
