// Collects what one chunk of a file gave: rows with their lines, and what could not be read with the reason.
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import { quarantineReason } from '../row/quarantine-reason.ts';
import type { QuarantinedRow, SourcePage } from '../source.ts';

export class PageBuilder<R extends ProcessorRow | InternalRow> {
  readonly #source: string;
  readonly #sizeMax: number;
  #rows: R[] = [];
  #lines: number[] = [];
  #quarantined: QuarantinedRow[] = [];

  constructor(source: string, sizeMax: number) {
    this.#source = source;
    this.#sizeMax = sizeMax;
  }

  /** How many more rows, good or bad, the page takes. */
  get room(): number {
    return this.#sizeMax - this.#rows.length - this.#quarantined.length;
  }

  add(row: R, line: number): void {
    this.#rows.push(row);
    this.#lines.push(line);
  }

  refuse(line: number, error: unknown): void {
    this.#quarantined.push({ source: this.#source, position: String(line), reason: quarantineReason(error) });
  }

  /** The page so far; the builder starts an empty one. */
  take(cursor: string, done: boolean): SourcePage<R> {
    const page = { rows: this.#rows, lines: this.#lines, quarantined: this.#quarantined, cursor, done };
    this.#rows = [];
    this.#lines = [];
    this.#quarantined = [];
    return page;
  }
}
