// When people buy: quiet nights, a long evening. A day of 23 or 25 hours stretches the same curve.
import type { Random } from './random.ts';

// Orders per local hour, relative.
const HOURLY = [3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 14, 15, 14, 13, 13, 14, 15, 17, 19, 18, 14, 9, 5];
const CUMULATED = cumulate(HOURLY);
const TOTAL = CUMULATED.at(-1) ?? 0;

/** A whole second in [startS, endS). */
export function instantOfDay(random: Random, startS: number, endS: number): number {
  const draw = random.fraction() * TOTAL;
  const hour = CUMULATED.findIndex((reached) => draw < reached);
  const position = (hour + random.fraction()) / HOURLY.length;
  return startS + Math.min(Math.floor(position * (endS - startS)), endS - startS - 1);
}

function cumulate(weights: readonly number[]): number[] {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}
