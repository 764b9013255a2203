// Count, debits and credits of a set of rows with an order-free digest. Two sets with the same rows have equal totals in
// whatever order they were read; one lost or doubled row changes them.
import type { BusinessDate } from './business-date.ts';
import { formatMinor } from './money.ts';
import type { InternalRow, ProcessorRow } from './transaction.ts';
import type { Kind, Level, Side } from './vocabulary.ts';

export interface TotalsKey {
  readonly side: Side;
  readonly level: Level;
  readonly kind: Kind;
  readonly currency: string;
}

export interface ControlTotal extends TotalsKey {
  count: number;
  /** Sum of the negative amounts, as a positive number of minor units. */
  debitsMinor: bigint;
  creditsMinor: bigint;
}

export interface ManifestEntry extends ControlTotal {
  readonly movesBalance: boolean;
  readonly homeDate: BusinessDate;
  /** Sum of the rows' 64-bit content hashes. */
  digest: bigint;
}

/** The parser's own account of what it handed on, kept per home date, level, kind, currency and balance effect. */
export class Manifest {
  readonly side: Side;
  readonly #entries = new Map<string, ManifestEntry>();

  constructor(side: Side) {
    this.side = side;
  }

  add(row: ProcessorRow | InternalRow): void {
    const level = 'level' in row ? row.level : 'activity';
    const amount = 'grossMinor' in row ? row.grossMinor : row.amountMinor;
    const key = `${row.homeDate}|${level}|${row.kind}|${row.currency}|${row.movesBalance}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        side: this.side,
        level,
        kind: row.kind,
        currency: row.currency,
        movesBalance: row.movesBalance,
        homeDate: row.homeDate,
        count: 0,
        debitsMinor: 0n,
        creditsMinor: 0n,
        digest: 0n,
      };
      this.#entries.set(key, entry);
    }
    entry.count += 1;
    if (amount < 0n) entry.debitsMinor -= amount;
    else entry.creditsMinor += amount;
    entry.digest += row.contentHash;
  }

  entries(): ManifestEntry[] {
    return [...this.#entries.values()];
  }
}

/** The wire form of a total: decimal strings in major units. */
export function totalForWire(total: ControlTotal) {
  return {
    side: total.side,
    level: total.level,
    kind: total.kind,
    currency: total.currency,
    count: total.count,
    debits: formatMinor(total.debitsMinor, total.currency),
    credits: formatMinor(total.creditsMinor, total.currency),
  };
}
