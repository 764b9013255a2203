import { describe, expect, test } from '@jest/globals';
import { mappedTexts, SMALL } from './mapping-for-tests.ts';

const texts = mappedTexts();

/** What the columns after the usual ones make of gross, fee and net. */
async function amounts(words: object, header: string, cells: string, kind = 'Sale', currency = 'USD') {
  const text = `When,Id,Type,Currency,${header}\n2026-01-31 10:00:00,A1,${kind},${currency},${cells}\n`;
  const { rows, quarantined } = await texts.read({ ...SMALL, gross: undefined, ...words }, text);
  const [row] = rows;
  return row === undefined ? quarantined[0]?.reason : [row.grossMinor, row.feeMinor, row.netMinor];
}

describe('credit and debit columns', () => {
  const words = { gross: { credit: 'C', debit: 'D' } };
  test.each<[string, unknown]>([
    ['12.30,', [1230n, null, null]],
    [',12.30', [-1230n, null, null]],
    ['0.00,12.30', [-1230n, null, null]],
    ['0.00,0.00', [0n, null, null]],
    [',', 'gross: is missing'],
    ['1.00,2.00', 'gross: stands in both "C" and "D"'],
    [',-12.30', 'gross: is negative in "D", which has its sign already'],
  ])('%j', async (cells, expected) => {
    expect(await amounts(words, 'C,D', cells)).toEqual(expected);
  });
});

describe('signs by kind', () => {
  const words = { gross: { column: 'A', sign: 'by_kind' } };
  test.each<[string, string, unknown]>([
    ['Sale', '12.30', [1230n, null, null]],
    ['Return', '12.30', [-1230n, null, null]],
    ['Return', '-12.30', 'gross: has a sign of its own in "A": write sign: signed in the mapping'],
    ['Tombola', '12.30', 'gross: the kind other does not tell its sign: let a column say it in the mapping'],
  ])('%s %s', async (kind, cell, expected) => {
    expect(await amounts(words, 'A', cell, kind)).toEqual(expected);
  });

  test('what undoes a row has the other sign', async () => {
    const kind = { column: 'Type', values: { Undo: { kind: 'refund', reverses: true } } };
    expect(await amounts({ ...words, kind }, 'A', '12.30', 'Undo')).toEqual([1230n, null, null]);
  });
});

test('signs by a column', async () => {
  const words = { gross: { column: 'A', sign: { column: 'S', debit: ['DR', 'Debit'], credit: 'CR' } } };
  expect(await amounts(words, 'A,S', '12.30,DR')).toEqual([-1230n, null, null]);
  expect(await amounts(words, 'A,S', '12.30,CR')).toEqual([1230n, null, null]);
  expect(await amounts(words, 'A,S', '12.30,Memo')).toBe(
    'gross: "Memo" in "S" is neither debit nor credit in the mapping',
  );
});

test('a sum leaves out what is empty, and is nothing where all is', async () => {
  const words = { gross: 'G', fee: { sum: ['F1', 'F2'] } };
  expect(await amounts(words, 'G,F1,F2', '10.00,0.10,0.20')).toEqual([1000n, 30n, 970n]);
  expect(await amounts(words, 'G,F1,F2', '10.00,,0.20')).toEqual([1000n, 20n, 980n]);
  expect(await amounts(words, 'G,F1,F2', '10.00,,')).toEqual([1000n, null, null]);
});

test('gross follows from net and fee where its cell is empty or in another currency', async () => {
  const words = {
    gross: { amount: 'G', currency: 'GC', otherwise: 'net_plus_fee' },
    net: 'N',
    fee: { column: 'F', negate: true },
  };
  expect(await amounts(words, 'G,GC,N,F', '10.00,USD,9.70,-0.30')).toEqual([1000n, 30n, 970n]);
  expect(await amounts(words, 'G,GC,N,F', '8.00,EUR,9.70,-0.30')).toEqual([1000n, 30n, 970n]);
  expect(await amounts(words, 'G,GC,N,F', ',,9.70,')).toEqual([970n, 0n, 970n]);
  expect(await amounts(words, 'G,GC,N,F', '8.00,EUR,,')).toBe('gross: is missing');
});

test('columns that contradict each other are refused', async () => {
  const words = { gross: 'G', net: 'N', fee: 'F' };
  expect(await amounts(words, 'G,N,F', '10.00,9.70,-0.30')).toBe('net: is not gross minus fee');
});

describe('minor units', () => {
  test.each<[object, string, string, unknown]>([
    [{ unit: 'minor' }, 'USD', '1230', 1230n],
    [{ unit: 'minor' }, 'JPY', '500', 500n],
    [{ unit: 'minor', decimals: 2 }, 'JPY', '50000', 500n],
    [{ unit: 'minor', decimals: 2 }, 'JPY', '50050', 'gross: 50050 does not divide into whole minor units of JPY'],
    [{ unit: 'stripe' }, 'ISK', '12300', 123n],
    [{ unit: 'stripe' }, 'KWD', '1230', 1230n],
    [{ unit: 'minor' }, 'USD', '12.30', 'gross: "12.30" in "G" is not a whole number of minor units'],
    [{ unit: 'major' }, 'JPY', '500.00', 'gross: "500.00" has 2 decimals, JPY has 0'],
    [{ paddedDecimals: true }, 'JPY', '500.00', 500n],
    [{ paddedDecimals: true }, 'JPY', '500.50', 'gross: "500.50" has 2 decimals, JPY has 0'],
    [{ paddedDecimals: true }, 'USD', '12.3000', 1230n],
  ])('%j %s %s', async (format, currency, cell, expected) => {
    const found = await amounts({ format, gross: 'G' }, 'G', cell, 'Sale', currency);
    expect(Array.isArray(found) ? found[0] : found).toBe(expected);
  });
});
