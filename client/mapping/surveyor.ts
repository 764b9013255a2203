// Counts what a file says, page by page, and keeps its first rows as a person reads them. Its memory is bounded: beyond
// the bounds it counts on and says so.
import { SKIPPED_ROW } from '../../activities/fetch/mapping/mapped-columns.ts';
import type { FieldColumns } from '../../activities/fetch/mapping/named-columns.ts';
import type { QuarantinedRow, SourcePage } from '../../activities/fetch/source.ts';
import { formatMinor } from '../../domain/money.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import { type ShownField, shownFields } from './shown-fields.ts';

export interface ShownRow {
  readonly file: string;
  readonly line: number;
  readonly fields: readonly ShownField[];
}

export interface KindTotal {
  readonly kind: string;
  /** Of kind other: the code as the file has it, where the mapping does not list it. */
  readonly unknownCode: string | null;
  readonly currency: string;
  readonly movesBalance: boolean;
  readonly count: number;
  readonly debits: string;
  readonly credits: string;
}

export interface Survey {
  readonly understood: number;
  readonly unknownKinds: number;
  readonly shown: readonly ShownRow[];
  readonly totals: readonly KindTotal[];
  readonly from: string | null;
  readonly to: string | null;
  readonly quarantined: { readonly count: number; readonly first: readonly QuarantinedRow[] };
  readonly skipped: { readonly count: number; readonly first: readonly QuarantinedRow[] };
  /** Rows whose id an earlier one has: only the last of them would count. */
  readonly repeatedIds: { readonly count: number; readonly firstLines: readonly number[]; readonly complete: boolean };
}

type Row = ProcessorRow | InternalRow;

const REASONS_SHOWN_MAX = 10;
const IDS_REMEMBERED_MAX = 2_000_000;
// Kinds times currencies; a file with more has its codes or its currencies in the wrong column.
const TOTALS_MAX = 1_000;

interface Total {
  readonly row: Row;
  count: number;
  debits: bigint;
  credits: bigint;
}

export class Surveyor {
  readonly #rowsShown: number;
  readonly #columnsOf: ReadonlyMap<string, readonly string[]>;
  readonly #shown: ShownRow[] = [];
  readonly #totals = new Map<string, Total>();
  readonly #ids = new Set<string>();
  readonly #repeatedLines: number[] = [];
  readonly #quarantined: QuarantinedRow[] = [];
  readonly #skipped: QuarantinedRow[] = [];
  #counts = { understood: 0, unknown: 0, repeated: 0, quarantined: 0, skipped: 0 };
  #from: string | null = null;
  #to: string | null = null;

  constructor(rowsShown: number, columns: FieldColumns) {
    this.#rowsShown = rowsShown;
    this.#columnsOf = new Map(columns);
  }

  add(file: string, page: SourcePage<ProcessorRow> | SourcePage<InternalRow>): void {
    for (const [index, row] of page.rows.entries()) this.#addRow(file, page.lines?.[index] ?? 0, row);
    for (const row of page.quarantined) {
      const isSkipped = row.reason.startsWith(`${SKIPPED_ROW}: `);
      this.#counts[isSkipped ? 'skipped' : 'quarantined'] += 1;
      const kept = isSkipped ? this.#skipped : this.#quarantined;
      if (kept.length < REASONS_SHOWN_MAX) kept.push(row);
    }
  }

  survey(): Survey {
    const { understood, unknown, repeated, quarantined, skipped } = this.#counts;
    return {
      understood,
      unknownKinds: unknown,
      shown: this.#shown,
      totals: [...this.#totals.values()].map(totalOnTheWire).sort(byKindAndCurrency),
      from: this.#from,
      to: this.#to,
      quarantined: { count: quarantined, first: this.#quarantined },
      skipped: { count: skipped, first: this.#skipped },
      repeatedIds: {
        count: repeated,
        firstLines: this.#repeatedLines,
        complete: this.#ids.size < IDS_REMEMBERED_MAX,
      },
    };
  }

  #addRow(file: string, line: number, row: Row): void {
    this.#counts.understood += 1;
    if (row.unknownCode !== null) this.#counts.unknown += 1;
    if (this.#shown.length < this.#rowsShown) {
      this.#shown.push({ file, line, fields: shownFields(row, this.#columnsOf) });
    }
    if (this.#ids.has(row.externalId)) {
      this.#counts.repeated += 1;
      if (this.#repeatedLines.length < REASONS_SHOWN_MAX) this.#repeatedLines.push(line);
    } else if (this.#ids.size < IDS_REMEMBERED_MAX) this.#ids.add(row.externalId);
    if (this.#from === null || row.homeDate < this.#from) this.#from = row.homeDate;
    if (this.#to === null || row.homeDate > this.#to) this.#to = row.homeDate;
    this.#count(row);
  }

  #count(row: Row): void {
    const key = `${row.kind} ${row.unknownCode ?? ''} ${row.currency} ${row.movesBalance}`;
    let total = this.#totals.get(key);
    if (total === undefined) {
      if (this.#totals.size >= TOTALS_MAX) return;
      total = { row, count: 0, debits: 0n, credits: 0n };
      this.#totals.set(key, total);
    }
    const amount = 'grossMinor' in row ? row.grossMinor : row.amountMinor;
    total.count += 1;
    if (amount < 0n) total.debits -= amount;
    else total.credits += amount;
  }
}

function totalOnTheWire({ row, count, debits, credits }: Total): KindTotal {
  const { kind, unknownCode, currency, movesBalance } = row;
  return {
    ...{ kind, unknownCode, currency, movesBalance, count },
    debits: formatMinor(debits, currency),
    credits: formatMinor(credits, currency),
  };
}

function byKindAndCurrency(a: KindTotal, b: KindTotal): number {
  const [left, right] = [a, b].map(({ kind, unknownCode, currency }) => `${kind} ${unknownCode ?? ''} ${currency}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
