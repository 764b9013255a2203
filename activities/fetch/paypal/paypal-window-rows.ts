// Turns the pages of one window into rows and finds what came twice. By id and content, within one window only: a
// window is at most as many rows as a search gives.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { quarantineReason } from '../row/quarantine-reason.ts';
import type { RowContext } from '../row/row-context.ts';
import type { QuarantinedRow } from '../source.ts';
import { paypalEntry } from './paypal-entry.ts';
import { PAYPAL_SOURCE } from './paypal-request.ts';
import { paypalRow } from './paypal-row.ts';

export interface WindowRows {
  readonly rows: readonly ProcessorRow[];
  readonly quarantined: readonly QuarantinedRow[];
  /** True where a row of an earlier page came again: then others may be missing. */
  readonly repeats: boolean;
}

const TRANSACTION_ID = /^[A-Za-z0-9]{1,24}$/;

export class PayPalWindowRows {
  readonly #context: RowContext;
  readonly #seen = new Map<string, bigint>();

  constructor(context: RowContext) {
    this.#context = context;
  }

  /** Another window begins, or this one again. */
  clear(): void {
    this.#seen.clear();
  }

  /** @param place where in the answer, for rows that have no id. */
  take(details: readonly unknown[], place: string): WindowRows {
    const rows: ProcessorRow[] = [];
    const quarantined: QuarantinedRow[] = [];
    const onPage = new Set<string>();
    let repeats = false;
    for (const [index, raw] of details.entries()) {
      const refuse = (reason: string) =>
        quarantined.push({ source: PAYPAL_SOURCE, position: idOf(raw) ?? `${place}, row ${index + 1}`, reason });
      const row = this.#read(raw, refuse);
      if (row === null) continue;
      const seen = this.#seen.get(row.externalId);
      if (seen === row.contentHash && !onPage.has(row.externalId)) repeats = true;
      else if (seen !== undefined)
        refuse('transaction_id: another row of the search has the same id, event and currency');
      else rows.push(row);
      this.#seen.set(row.externalId, seen ?? row.contentHash);
      onPage.add(row.externalId);
    }
    return { rows, quarantined, repeats };
  }

  #read(raw: unknown, refuse: (reason: string) => void): ProcessorRow | null {
    try {
      return paypalRow(paypalEntry(raw), this.#context);
    } catch (error) {
      refuse(quarantineReason(error));
      return null;
    }
  }
}

/** The id of a row that cannot be read, where it is one: anything else might be somebody's. */
function idOf(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || !('transaction_info' in raw)) return null;
  const info: unknown = raw.transaction_info;
  if (typeof info !== 'object' || info === null || !('transaction_id' in info)) return null;
  const id: unknown = info.transaction_id;
  return typeof id === 'string' && TRANSACTION_ID.test(id) ? id : null;
}
