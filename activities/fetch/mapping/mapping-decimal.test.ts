import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DecimalMarks, decimalReader } from './mapping-decimal.ts';

const ENGLISH: DecimalMarks = { decimal: '.', thousands: ',', marks: ['$', 'USD'] };
const GERMAN: DecimalMarks = { decimal: ',', thousands: '.', marks: ['€'] };
const FRENCH: DecimalMarks = { decimal: ',', thousands: ' ', marks: [] };
const SWISS: DecimalMarks = { decimal: '.', thousands: "'", marks: [] };
const PLAIN: DecimalMarks = { decimal: '.', thousands: '', marks: [] };

const read = (marks: DecimalMarks, cell: string) => decimalReader(marks)(cell, 'gross', 'Amount');

test.each<[DecimalMarks, string, string]>([
  [PLAIN, '1234.50', '1234.50'],
  [PLAIN, ' -12 ', '-12'],
  [PLAIN, '+12.00', '12.00'],
  [PLAIN, '12.00-', '-12.00'],
  [PLAIN, '(12.00)', '-12.00'],
  [PLAIN, '\u221212.00', '-12.00'],
  [PLAIN, '12.00 DR', '-12.00'],
  [PLAIN, '12.00CR', '12.00'],
  [ENGLISH, '1,234,567.89', '1234567.89'],
  [ENGLISH, '1234567.89', '1234567.89'],
  [ENGLISH, '$1,234.50', '1234.50'],
  [ENGLISH, '-$32.20', '-32.20'],
  [ENGLISH, '$-32.20', '-32.20'],
  [ENGLISH, '($1.00)', '-1.00'],
  [ENGLISH, '1.00 USD', '1.00'],
  [GERMAN, '1.234,50', '1234.50'],
  [GERMAN, '1.234', '1234'],
  [GERMAN, '-0,99 €', '-0.99'],
  [FRENCH, '1\u202f234,50', '1234.50'],
  [FRENCH, '1\u00a0234,50', '1234.50'],
  [SWISS, "1'234.50", '1234.50'],
])('%j reads %j as %s', (marks, cell, decimal) => {
  expect(read(marks, cell)).toBe(decimal);
});

test('an empty cell is no amount, not zero', () => {
  expect(read(PLAIN, '')).toBeNull();
  expect(read(PLAIN, '  ')).toBeNull();
  expect(decimalReader(PLAIN)(undefined, 'gross', 'Amount')).toBeNull();
});

describe('a number that the marks do not fit is refused, never read as another', () => {
  test.each<[DecimalMarks, string]>([
    [PLAIN, '1.234,50'],
    [PLAIN, '1,234.50'],
    [PLAIN, '1,50'],
    [ENGLISH, '1.234,50'],
    [ENGLISH, '1,23'],
    [ENGLISH, '12,34.50'],
    [ENGLISH, ',234.50'],
    [GERMAN, '1,234.50'],
    [GERMAN, '1.50'],
    [GERMAN, '12.34,50'],
    [PLAIN, '--12.00'],
    [PLAIN, '-12.00-'],
    [PLAIN, '(-12.00)'],
    [PLAIN, '-12.00 DR'],
    [PLAIN, '12.00.00'],
    [PLAIN, '1e3'],
    [PLAIN, 'NaN'],
    [PLAIN, '12.'],
    [PLAIN, '£12.00'],
    [ENGLISH, 'A$12.00'],
    [PLAIN, '44927 .5'],
  ])('%j refuses %j', (marks, cell) => {
    expect(() => read(marks, cell)).toThrow(/^gross: .* in "Amount" is not an amount/);
  });
});

test.each(['=1+1', '=HYPERLINK("x")', '@SUM(A1)'])('the formula %s is not evaluated and not shown', (cell) => {
  expect(() => read(PLAIN, cell)).toThrow('gross: the cell in "Amount" is a formula: export values');
});

test('a card number in the column of amounts is refused and not shown', () => {
  for (const cell of ['4111111111111111', '4111 1111 1111 1111']) {
    expect(() => read(PLAIN, cell)).toThrow('gross: looks like a card number, which may not be stored: remove it');
  }
});

test('whatever a format writes, it reads, and no format reads what another writes as another number', () => {
  const formats = [ENGLISH, GERMAN, FRENCH, SWISS];
  const minor = fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n });
  fc.assert(
    fc.property(minor, fc.constantFrom(...formats), fc.constantFrom(...formats), (value, writer, reader) => {
      const size = (value < 0n ? -value : value).toString().padStart(3, '0');
      const plain = `${size.slice(0, -2)}.${size.slice(-2)}`;
      const grouped = size.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, writer.thousands);
      const cell = `${value < 0n ? '-' : ''}${grouped}${writer.decimal}${size.slice(-2)}`;
      const expected = `${value < 0n ? '-' : ''}${plain}`;
      expect(read(writer, cell)).toBe(expected);
      let other: string | null;
      try {
        other = read(reader, cell);
      } catch {
        return;
      }
      expect(other).toBe(expected);
    }),
  );
});
