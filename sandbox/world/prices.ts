// What orders cost, and what a foreign currency is worth on a day. Orders of magnitude are real, the numbers are drawn.
import type { Random } from './random.ts';

/** Currencies in which the shop sells. */
export const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY'] as const;
export type Presentment = (typeof CURRENCIES)[number];

// Minor units; most baskets are small, few are large.
const PRICE_BANDS = [
  { percent: 55, min: 499, max: 4_999 },
  { percent: 30, min: 5_000, max: 14_999 },
  { percent: 12, min: 15_000, max: 59_999 },
  { percent: 3, min: 60_000, max: 250_000 },
] as const;
// Dollar cents for one minor unit, in millionths, as Stripe's exchange_rate counts: a yen is 0.66 cents.
const DOLLAR_CENTS_MICROS = { USD: 1_000_000, EUR: 1_083_400, GBP: 1_268_900, JPY: 664_300 } as const;
const RATE_SWING_PER_MILLE = 8;

export function drawPrice(random: Random, currency: Presentment): bigint {
  const draw = random.between(1, 100);
  let reached = 0;
  for (const band of PRICE_BANDS) {
    reached += band.percent;
    if (draw <= reached) return BigInt(random.between(band.min, band.max) + (currency === 'JPY' ? 500 : 0));
  }
  return BigInt(PRICE_BANDS[0].min);
}

/** Most customers pay in the shop's own currency. */
export function drawCurrency(random: Random, home: Presentment): Presentment {
  const draw = random.between(1, 100);
  const [first, second, third] = CURRENCIES.filter((currency) => currency !== home);
  if (draw <= 92 || first === undefined) return home;
  if (draw <= 96) return first;
  return (draw <= 98 ? second : third) ?? first;
}

/** Null for the home currency itself. */
export function drawRates(random: Random, home: Presentment): Record<Presentment, bigint | null> {
  const swing = (currency: Presentment) => {
    if (currency === home) return null;
    const swung =
      (DOLLAR_CENTS_MICROS[currency] * (1000 + random.between(-RATE_SWING_PER_MILLE, RATE_SWING_PER_MILLE))) / 1000;
    return BigInt(Math.round((swung * 1_000_000) / DOLLAR_CENTS_MICROS[home]));
  };
  return { USD: swing('USD'), EUR: swing('EUR'), GBP: swing('GBP'), JPY: swing('JPY') };
}
