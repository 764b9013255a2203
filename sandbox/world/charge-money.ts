// Money of a charge as a processor computes it. Integers only; both round half up, as receipts do.
const MICROS = 1_000_000n;
const CARD_RATE_PER_MILLE = 29n;
const CARD_FIXED_MINOR = 30n;

/** 2.9 % and 30 cents. */
export function processingFee(grossMinor: bigint): bigint {
  return percentageFee(grossMinor) + CARD_FIXED_MINOR;
}

/** The fee of a shop that forgot the fixed part. */
export function percentageFee(grossMinor: bigint): bigint {
  return (grossMinor * CARD_RATE_PER_MILLE + 500n) / 1000n;
}

/** Presentment minor units to settlement minor units, by a rate in millionths. */
export function convertMinor(amountMinor: bigint, exchangeRateMicros: bigint): bigint {
  return (amountMinor * exchangeRateMicros + MICROS / 2n) / MICROS;
}
