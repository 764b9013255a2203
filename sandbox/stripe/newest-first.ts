// A list as Stripe pages it: newest first, cursors are ids, rows become visible late. Finds a page by binary search in the shortest
// list that its filters select, so that the thousandth page costs as much as the first.
import { lowerBound } from '../http/lower-bound.ts';

export interface Listed {
  readonly id: string;
  readonly createdS: number;
  readonly listableAtS: number;
}

export interface PageRequest<T> {
  /** Index keys that a row must all have, such as `type:charge`. */
  readonly keys: readonly string[];
  /** What no index knows; for short lists. */
  readonly where?: (row: T) => boolean;
  readonly createdS: { readonly min: number; readonly max: number };
  readonly cursor?: { readonly id: string; readonly direction: 'starting_after' | 'ending_before' };
  readonly limit: number;
  readonly nowS: number;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly hasMore: boolean;
}

export class NewestFirst<T extends Listed> {
  readonly #rows: readonly T[];
  readonly #rankOf = new Map<string, number>();
  readonly #ranksByKey = new Map<string, number[]>();
  readonly #allRanks: readonly number[];
  readonly #keysOf: (row: T) => readonly string[];

  /** @param oldestFirst rows by ascending `created`; among equals the order given is kept, reversed. */
  constructor(oldestFirst: readonly T[], keysOf: (row: T) => readonly string[]) {
    this.#rows = oldestFirst.toReversed();
    this.#allRanks = this.#rows.map((_row, rank) => rank);
    this.#keysOf = keysOf;
    for (const [rank, row] of this.#rows.entries()) {
      this.#rankOf.set(row.id, rank);
      for (const key of keysOf(row)) {
        const ranks = this.#ranksByKey.get(key);
        if (ranks === undefined) this.#ranksByKey.set(key, [rank]);
        else ranks.push(rank);
      }
    }
  }

  get rows(): readonly T[] {
    return this.#rows;
  }

  /** The row, if it is visible yet. */
  find(id: string, nowS: number): T | undefined {
    const row = this.#rows[this.#rankOf.get(id) ?? -1];
    return row !== undefined && row.listableAtS <= nowS ? row : undefined;
  }

  /** An unknown cursor is the caller's to refuse: it has looked it up with `find`. */
  page(request: PageRequest<T>): Page<T> {
    const ranks = this.#shortestList(request.keys);
    const [begin, end] = this.#bounds(ranks, request);
    const backwards = request.cursor?.direction === 'ending_before';
    const rows: T[] = [];
    for (let step = 0; step < end - begin && rows.length <= request.limit; step += 1) {
      const row = this.#rows[ranks[backwards ? end - 1 - step : begin + step] ?? -1];
      if (row !== undefined && this.#selects(row, request)) rows.push(row);
    }
    // One row more than asked for is how hasMore is known.
    const hasMore = rows.length > request.limit;
    if (hasMore) rows.pop();
    return { rows: backwards ? rows.reverse() : rows, hasMore };
  }

  /** The part of a list of ranks between the times and beyond the cursor, half open. */
  #bounds(ranks: readonly number[], { createdS, cursor }: PageRequest<T>): [begin: number, end: number] {
    const createdAt = (index: number) => this.#rows[ranks[index] ?? -1]?.createdS ?? 0;
    const begin = lowerBound(ranks.length, (index) => createdAt(index) <= createdS.max);
    const end = lowerBound(ranks.length, (index) => createdAt(index) < createdS.min);
    if (cursor === undefined) return [begin, end];
    const cursorRank = this.#rankOf.get(cursor.id) ?? -1;
    const before = lowerBound(ranks.length, (index) => (ranks[index] ?? 0) >= cursorRank);
    if (cursor.direction === 'ending_before') return [begin, Math.min(end, before)];
    return [Math.max(begin, ranks[before] === cursorRank ? before + 1 : before), end];
  }

  #shortestList(keys: readonly string[]): readonly number[] {
    const lists = keys.map((key) => this.#ranksByKey.get(key) ?? []);
    return lists.sort((a, b) => a.length - b.length)[0] ?? this.#allRanks;
  }

  #selects(row: T, { keys, where, nowS }: PageRequest<T>): boolean {
    if (row.listableAtS > nowS || where?.(row) === false) return false;
    return keys.length < 2 || keys.every((key) => this.#keysOf(row).includes(key));
  }
}
