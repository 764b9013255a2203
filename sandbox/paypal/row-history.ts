// All versions of all rows, found by the second of their update. Time decides which one of a row's versions is seen: the same
// history answers for any moment, also when a test turns its clock back.
import { lowerBound } from '../http/lower-bound.ts';
import { type RowChange, type RowVersion, rowId } from './paypal-row.ts';

interface Listed {
  version: RowVersion;
  /** The second from which on a newer version stands in its place. */
  untilS: number;
}

export class RowHistory {
  readonly #byUpdate: Listed[];
  readonly #byRow = new Map<string, Listed[]>();

  /** @param versions of one row in the order of their updates. */
  constructor(versions: readonly RowVersion[]) {
    this.#byUpdate = versions.map((version) => this.#append(version));
    this.#byUpdate.sort((a, b) => a.version.updatedS - b.version.updatedS);
  }

  /** What was updated in fromS..toS, both included, as it stands at `refreshedS`. */
  updatedWithin(fromS: number, toS: number, refreshedS: number, nowS: number): RowVersion[] {
    const updatedAt = (index: number) => this.#byUpdate[index]?.version.updatedS ?? 0;
    const end = lowerBound(this.#byUpdate.length, (index) => updatedAt(index) > Math.min(toS, refreshedS));
    const found: RowVersion[] = [];
    for (let at = lowerBound(this.#byUpdate.length, (index) => updatedAt(index) >= fromS); at < end; at += 1) {
      const listed = this.#byUpdate[at];
      if (listed === undefined || listed.untilS <= refreshedS || listed.version.row.entry.listableAtS > nowS) continue;
      found.push(listed.version);
    }
    return found;
  }

  /** Every row as it stood at `atS`. */
  *asOf(atS: number): Generator<RowVersion> {
    for (const { version, untilS } of this.#byUpdate) {
      if (version.updatedS > atS) return;
      if (untilS > atS) yield version;
    }
  }

  has(id: string): boolean {
    return this.#byRow.has(id);
  }

  /** @throws RangeError where the row is unknown or was updated later already. */
  update(id: string, change: RowChange): void {
    const last = this.#byRow.get(id)?.at(-1);
    if (last === undefined) throw new RangeError(`no row ${id}: give transactionId:eventCode:currency of a row`);
    if (change.updatedS <= last.version.updatedS) {
      throw new RangeError(`row ${id} was updated at second ${last.version.updatedS}: give a later one`);
    }
    const listed = this.#append({ ...last.version, ...change });
    const after = ({ version }: Listed) => version.updatedS > change.updatedS;
    const place = lowerBound(this.#byUpdate.length, (index) => after(this.#byUpdate[index] ?? listed));
    this.#byUpdate.splice(place, 0, listed);
  }

  #append(version: RowVersion): Listed {
    const id = rowId(version.row);
    const listed: Listed = { version, untilS: Number.POSITIVE_INFINITY };
    const earlier = this.#byRow.get(id);
    if (earlier === undefined) {
      this.#byRow.set(id, [listed]);
      return listed;
    }
    const previous = earlier.at(-1);
    if (previous !== undefined) previous.untilS = version.updatedS;
    earlier.push(listed);
    return listed;
  }
}
