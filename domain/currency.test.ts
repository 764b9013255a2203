import { expect, test } from '@jest/globals';
import { currencyExponent, knownCurrencies, stripeExponent } from './currency.ts';

// ISO 4217 list one: everything that does not have two decimals.
const EXCEPTIONS = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

test('each code is three capital letters and stands in the table once', () => {
  const codes = knownCurrencies();
  expect(codes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  expect(new Set(codes).size).toBe(codes.length);
});

test('every currency has two decimals but those that ISO 4217 lists with other numbers', () => {
  const expected = new Map(
    Object.entries(EXCEPTIONS).flatMap(([exponent, codes]) =>
      codes.split(' ').map((code) => [code, Number(exponent)] as const),
    ),
  );
  for (const code of knownCurrencies()) expect([code, currencyExponent(code)]).toEqual([code, expected.get(code) ?? 2]);
  for (const code of expected.keys()) expect(knownCurrencies()).toContain(code);
});

test('the currencies of the world are known, and no metals, test codes or withdrawn ones', () => {
  for (const code of 'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY MXN NOK NZD PLN SEK SGD THB TWD USD ZAR'.split(
    ' ',
  )) {
    expect([code, currencyExponent(code)]).toEqual([code, code === 'JPY' ? 0 : 2]);
  }
  for (const code of 'XAU XTS XXX XDR DEM FRF HRK'.split(' '))
    expect([code, currencyExponent(code)]).toEqual([code, undefined]);
});

test('Stripe counts as ISO 4217 does, but for its three special cases', () => {
  const special = knownCurrencies().filter((code) => stripeExponent(code) !== currencyExponent(code));
  expect(special.map((code) => [code, stripeExponent(code)]).sort()).toEqual([
    ['ISK', 2],
    ['MGA', 0],
    ['UGX', 2],
  ]);
  expect(stripeExponent('XXX')).toBeUndefined();
});

test('a name of the language is no currency', () => {
  for (const name of ['constructor', '__proto__', 'toString', '']) expect(currencyExponent(name)).toBeUndefined();
});
