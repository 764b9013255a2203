// Decides how many minor units a currency has. Stored amounts always use ISO 4217's exponent; a processor that counts
// differently has its own table for parsing, never for storing.

const ISO_EXPONENTS: ReadonlyArray<readonly [exponent: number, codes: string]> = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
  [
    2,
    `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
     CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
     IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
     MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
     SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  ],
];

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  ISO_EXPONENTS.flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, exponent] as const)),
);

// Stripe sends ISK and UGX with two decimals for compatibility and MGA with none (docs: currencies, special cases).
const STRIPE_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ['ISK', 2],
  ['UGX', 2],
  ['MGA', 0],
]);

/** Number of decimals of an ISO 4217 currency, or undefined where the code is not one. */
export function currencyExponent(currency: string): number | undefined {
  return EXPONENTS.get(currency);
}

/** Number of decimals in which Stripe's API counts the currency, or undefined where the code is unknown. */
export function stripeExponent(currency: string): number | undefined {
  return STRIPE_EXPONENTS.get(currency) ?? EXPONENTS.get(currency);
}

/** Every ISO 4217 code that amounts may carry. */
export function knownCurrencies(): string[] {
  return [...EXPONENTS.keys()];
}
