import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatMinor } from '../../domain/money.ts';
import { InvariantViolated } from '../errors.ts';
import { minorFromNumeric } from './minor-from-numeric.ts';

test('reads what numeric gives, exactly, for any number of decimals a currency has', () => {
  const currency = fc.constantFrom('JPY', 'USD', 'KWD', 'CLF');
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), currency, (minor, code) => {
      const [whole = '', fraction = ''] = formatMinor(minor, code).split('.');
      expect(minorFromNumeric(`${whole}.${fraction.padEnd(4, '0')}`, code)).toBe(minor);
    }),
  );
});

test('takes a whole number as it arrives', () => {
  expect(minorFromNumeric(12n, 'USD')).toBe(1_200n);
  expect(minorFromNumeric('-0.0100', 'USD')).toBe(-1n);
});

test('refuses a fraction of a minor unit', () => {
  expect(() => minorFromNumeric('1.0050', 'USD')).toThrow(InvariantViolated);
  expect(() => minorFromNumeric('0.5000', 'JPY')).toThrow(InvariantViolated);
});
