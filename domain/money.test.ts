import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currencyExponent, knownCurrencies, stripeExponent } from './currency.ts';
import { DataError } from './data-error.ts';
import { AMOUNT_MINOR_MAX, formatForPeople, formatMinor, parseDecimalAmount, rescaleMinor } from './money.ts';

const currency = fc.constantFrom(...knownCurrencies());
const minor = fc.bigInt({ min: -AMOUNT_MINOR_MAX, max: AMOUNT_MINOR_MAX });

test('what is written is read back as the same minor units, in every currency', () => {
  for (const code of knownCurrencies()) {
    fc.assert(
      fc.property(minor, (amount) => {
        expect(parseDecimalAmount(formatMinor(amount, code), code, 'gross')).toBe(amount);
      }),
      { numRuns: 30, examples: [[0n], [1n], [-1n], [99n], [-100n], [AMOUNT_MINOR_MAX], [-AMOUNT_MINOR_MAX]] },
    );
  }
});

test('an amount may be written with fewer decimals than its currency has, and means the same', () => {
  fc.assert(
    fc.property(currency, minor, (code, amount) => {
      const written = formatMinor(amount, code);
      const short = written.includes('.') ? written.replace(/\.?0+$/, '') : written;
      expect(parseDecimalAmount(short, code, 'gross')).toBe(amount);
    }),
  );
});

test('the sum of amounts is the amount of the sum', () => {
  const small = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  fc.assert(
    fc.property(currency, fc.array(small, { maxLength: 20 }), (code, amounts) => {
      const sum = (parts: bigint[]) => parts.reduce((total, part) => total + part, 0n);
      const readBack = amounts.map((amount) => parseDecimalAmount(formatMinor(amount, code), code, 'gross'));
      expect(formatMinor(sum(readBack), code)).toBe(formatMinor(sum(amounts), code));
    }),
  );
});

test.each([
  ['12.30', 'USD', 1230n],
  ['12.3', 'USD', 1230n],
  ['12', 'USD', 1200n],
  ['-12.30', 'USD', -1230n],
  ['-0.05', 'USD', -5n],
  ['-0.00', 'USD', 0n],
  ['007.50', 'EUR', 750n],
  ['500', 'JPY', 500n],
  ['1.234', 'BHD', 1234n],
  ['1.2', 'KWD', 1200n],
  ['0.0001', 'CLF', 1n],
  ['46116860184273879.03', 'USD', AMOUNT_MINOR_MAX],
  ['-46116860184273879.03', 'USD', -AMOUNT_MINOR_MAX],
  ['4611686018427387903', 'JPY', AMOUNT_MINOR_MAX],
])('%s %s is %s minor units', (text, code, expected) => {
  expect(parseDecimalAmount(text, code, 'gross')).toBe(expected);
});

const NOT_PLAIN = 'is not a plain decimal';
test.each([
  ['', NOT_PLAIN],
  [' ', NOT_PLAIN],
  ['-', NOT_PLAIN],
  ['.5', NOT_PLAIN],
  ['5.', NOT_PLAIN],
  ['+5', NOT_PLAIN],
  ['--5', NOT_PLAIN],
  ['−5', NOT_PLAIN],
  [' 5', NOT_PLAIN],
  ['5\n', NOT_PLAIN],
  ['5 USD', NOT_PLAIN],
  ['$5', NOT_PLAIN],
  ['1,000.00', NOT_PLAIN],
  ['1.234,50', NOT_PLAIN],
  ['1_000', NOT_PLAIN],
  ['1e3', NOT_PLAIN],
  ['0x10', NOT_PLAIN],
  ['NaN', NOT_PLAIN],
  ['Infinity', NOT_PLAIN],
  ['１２', NOT_PLAIN],
  ['=1+1', NOT_PLAIN],
  ['12.1234567', NOT_PLAIN],
  ['12345678901234567890', NOT_PLAIN],
  // More decimals than the currency has is an error in the data, never a rounding, zeros or not.
  ['12.345', 'has 3 decimals, USD has 2'],
  ['12.300', 'has 3 decimals, USD has 2'],
  ['46116860184273879.04', 'is larger than can be reckoned with exactly'],
  ['-46116860184273879.04', 'is larger than can be reckoned with exactly'],
])('refuses %j as an amount in USD', (text, reason) => {
  const read = () => parseDecimalAmount(text, 'USD', 'gross');
  expect(read).toThrow(DataError);
  expect(read).toThrow(`gross: `);
  expect(read).toThrow(reason);
});

test('refuses decimals where the currency has none', () => {
  expect(() => parseDecimalAmount('500.00', 'JPY', 'gross')).toThrow('"500.00" has 2 decimals, JPY has 0');
  expect(() => parseDecimalAmount('1.5', 'ISK', 'gross')).toThrow('has 1 decimals, ISK has 0');
});

test.each(['XXX', 'usd', '', 'US', 'USDT', '__proto__'])('refuses %j as a currency', (code) => {
  expect(() => parseDecimalAmount('1', code, 'gross')).toThrow('is not an ISO 4217 currency');
  expect(() => formatMinor(1n, code)).toThrow('is not an ISO 4217 currency');
  expect(() => rescaleMinor(1n, 2, code, 'gross')).toThrow('is not an ISO 4217 currency');
});

test('a message quotes no more than the beginning of what it refuses', () => {
  const tail = 'z'.repeat(10);
  expect(() => parseDecimalAmount('9'.repeat(200) + tail, 'USD', 'gross')).toThrow(/^gross: "9{40}…" is not a plain/);
});

test.each([
  // Stripe counts ISK and UGX in hundredths that ISO 4217 does not have, and MGA whole where ISO has hundredths.
  ['ISK', 12_300n, 123n],
  ['ISK', -12_300n, -123n],
  ['UGX', 500_000n, 5_000n],
  ['MGA', 5n, 500n],
  ['MGA', -5n, -500n],
  ['JPY', 500n, 500n],
  ['BHD', 1_234n, 1_234n],
  ['USD', 1_230n, 1_230n],
  ['HUF', 100_000n, 100_000n],
  ['TWD', 80_000n, 80_000n],
])('Stripe %s %s is %s minor units of ISO 4217', (code, sent, expected) => {
  expect(rescaleMinor(sent, stripeExponent(code) ?? -1, code, 'amount')).toBe(expected);
});

test.each([
  ['ISK', 12_345n],
  ['ISK', -1n],
  ['UGX', 99n],
])('half a unit of %s is refused, not rounded', (code, sent) => {
  const rescale = () => rescaleMinor(sent, stripeExponent(code) ?? -1, code, 'amount');
  expect(rescale).toThrow(DataError);
  expect(rescale).toThrow(`amount: ${sent} does not divide into whole minor units of ${code}`);
});

test('rescaling changes the unit and never the value', () => {
  fc.assert(
    fc.property(
      currency,
      fc.integer({ min: 0, max: 4 }),
      fc.bigInt(-(10n ** 12n), 10n ** 12n),
      (code, exponent, value) => {
        const iso = currencyExponent(code) ?? 0;
        const isWhole = exponent <= iso || value % 10n ** BigInt(exponent - iso) === 0n;
        if (!isWhole) {
          expect(() => rescaleMinor(value, exponent, code, 'amount')).toThrow('does not divide');
          return;
        }
        const rescaled = rescaleMinor(value, exponent, code, 'amount');
        expect(rescaled * 10n ** BigInt(exponent)).toBe(value * 10n ** BigInt(iso));
      },
    ),
  );
});

test.each([
  [AMOUNT_MINOR_MAX + 1n, 2, 'USD'],
  [-AMOUNT_MINOR_MAX - 1n, 2, 'USD'],
  [AMOUNT_MINOR_MAX, 0, 'USD'],
  [(AMOUNT_MINOR_MAX + 1n) * 100n, 2, 'ISK'],
])('%s counted in %s decimals of %s is more than can be stored', (value, exponent, code) => {
  expect(() => rescaleMinor(value, exponent, code, 'amount')).toThrow('is larger than can be reckoned with exactly');
});

test.each([
  [123_450n, 'USD', '1,234.50 USD'],
  [-123_450n, 'USD', '-1,234.50 USD'],
  [-12_345n, 'USD', '-123.45 USD'],
  [5n, 'USD', '0.05 USD'],
  [-5n, 'USD', '-0.05 USD'],
  [0n, 'EUR', '0.00 EUR'],
  [100_000_000n, 'EUR', '1,000,000.00 EUR'],
  [-999n, 'JPY', '-999 JPY'],
  [1_000n, 'JPY', '1,000 JPY'],
  [1_234_567n, 'BHD', '1,234.567 BHD'],
  [AMOUNT_MINOR_MAX, 'USD', '46,116,860,184,273,879.03 USD'],
])('%s of %s reads %s', (amount, code, expected) => {
  expect(formatForPeople({ currency: code, minor: amount })).toBe(expected);
});

test('what people read differs from what machines read by commas and the currency only', () => {
  fc.assert(
    fc.property(currency, minor, (code, amount) => {
      const text = formatForPeople({ currency: code, minor: amount });
      expect(text.replaceAll(',', '')).toBe(`${formatMinor(amount, code)} ${code}`);
    }),
  );
});
