// Counts how often each digest was met, in 12 to 24 bytes a digest: a Map of strings would take a hundred.
import { SourceRejected } from '../../errors.ts';

// 2²² digests are 100 MB; a larger file without ids has to name columns that tell its rows apart.
const DIGESTS_MAX = 4_194_304;
const SLOTS_MIN = 1_024;
// 52 bits are exact in a double. Should two digests meet in them, a count is higher than it had to be, every time alike.
const KEY_CHARS = 13;

export class OccurrenceCounter {
  #keys = new Float64Array(SLOTS_MIN);
  #counts = new Uint32Array(SLOTS_MIN);
  #size = 0;

  /** 1 for a digest that was not met before. @param digest hexadecimal, at least 13 digits. */
  next(digest: string): number {
    const key = Number.parseInt(digest.slice(0, KEY_CHARS), 16);
    const slot = this.#slotOf(key);
    const count = (this.#counts[slot] ?? 0) + 1;
    this.#counts[slot] = count;
    if (count === 1) {
      this.#keys[slot] = key;
      this.#size += 1;
      if (this.#size * 2 > this.#keys.length) this.#grow();
    }
    return count;
  }

  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = key & mask;
    while (this.#counts[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    if (this.#size > DIGESTS_MAX) {
      throw new SourceRejected(
        'mapping',
        `a snapshot of more than ${DIGESTS_MAX} rows needs ids: name the columns that tell its rows apart under id`,
      );
    }
    const keys = this.#keys;
    const counts = this.#counts;
    this.#keys = new Float64Array(keys.length * 2);
    this.#counts = new Uint32Array(keys.length * 2);
    for (const [at, count] of counts.entries()) {
      if (count === 0) continue;
      const key = keys[at] ?? 0;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#counts[slot] = count;
    }
  }
}
