// Reads the numbers of discrepancies as they are typed: each once, ascending, so that two people never wait for each other crosswise.
import { UsageError } from '../usage-error.ts';

const AT_ONCE_MAX = 500;

/** @throws UsageError */
export function discrepancyNumbers(words: readonly string[]): readonly bigint[] {
  const numbers = new Set(words.map(discrepancyNumber));
  if (numbers.size > AT_ONCE_MAX) throw new UsageError(`at most ${AT_ONCE_MAX} discrepancies at once`);
  return [...numbers].sort((one, other) => (one < other ? -1 : 1));
}

/** @throws UsageError */
export function discrepancyNumber(word: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(word)) {
    throw new UsageError(`"${word}" is not the number of a discrepancy: discrepancies list shows them`);
  }
  return BigInt(word);
}
