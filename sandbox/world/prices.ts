// What orders cost, and what a foreign currency is worth on a day. Orders of magnitude are real, the numbers are drawn.
import type { Random } from './random.ts';

/** Currencies in which the shop sells; everything settles in USD. */
export type Presentment = 'USD' | 'EUR' | 'GBP' | 'JPY';

// Minor units; most baskets are small, few are large.
const PRICE_BANDS = [
  { percent: 55, min: 499, max: 4_999 },
  { percent: 30, min: 5_000, max: 14_999 },
  { percent: 12, min: 15_000, max: 59_999 },
  { percent: 3, min: 60_000, max: 250_000 },
] as const;
// Settlement minor units for one presentment minor unit, in millionths, as Stripe's exchange_rate counts: a yen is 0.66 cents.
const RATES_MICROS = { EUR: 1_083_400, GBP: 1_268_900, JPY: 664_300 } as const;
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

export function drawCurrency(random: Random): Presentment {
  const draw = random.between(1, 100);
  if (draw <= 92) return 'USD';
  if (draw <= 96) return 'EUR';
  return draw <= 98 ? 'GBP' : 'JPY';
}

export function drawRates(random: Random): Record<Presentment, bigint | null> {
  const swing = (rate: number) =>
    BigInt(Math.round((rate * (1000 + random.between(-RATE_SWING_PER_MILLE, RATE_SWING_PER_MILLE))) / 1000));
  return { USD: null, EUR: swing(RATES_MICROS.EUR), GBP: swing(RATES_MICROS.GBP), JPY: swing(RATES_MICROS.JPY) };
}
