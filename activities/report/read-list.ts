// Reads the list of differences out of a written report and adds it up, whatever its format. Must read the file itself,
// never what was meant to be in it, row by row: a list may be long.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { parseDecimalAmount } from '../../domain/money.ts';
import { createListDigest, type ListDigest, type ListedFields } from './list-digest.ts';
import { DIFFERENCES_SHEET } from './render-xlsx.ts';
import { readXlsx, type XlsxRow } from './xlsx/read-xlsx.ts';
import { dateOfSerial } from './xlsx/xlsx-cell.ts';

export interface ListTotal {
  readonly count: bigint;
  readonly amountMinor: bigint;
}

export interface ReadList {
  /** By "section severity verdict currency". */
  readonly totals: ReadonlyMap<string, ListTotal>;
  readonly count: bigint;
  readonly listDigest: string;
}

/** Adds up a list line by line. */
export class ListTally {
  readonly #totals = new Map<string, ListTotal>();
  readonly #digest: ListDigest = createListDigest();
  #count = 0n;

  /** @throws DataError where the amount is none of its currency. */
  add(fields: ListedFields): void {
    const { section, severity, verdict, currency, amount } = fields;
    const key = [section, severity, verdict, currency].join(' ');
    const known = this.#totals.get(key) ?? { count: 0n, amountMinor: 0n };
    const amountMinor = known.amountMinor + parseDecimalAmount(amount, currency, 'amount');
    this.#totals.set(key, { count: known.count + 1n, amountMinor });
    this.#digest.add(fields);
    this.#count += 1n;
  }

  read(): ReadList {
    return { totals: this.#totals, count: this.#count, listDigest: this.#digest.hex() };
  }
}

const csvLine = z.object({
  discrepancy_id: z.string(),
  section: z.string(),
  severity: z.string(),
  verdict: z.string(),
  level: z.string(),
  kind: z.string(),
  business_date: z.string(),
  currency: z.string(),
  amount: z.string(),
  processor_id: z.string(),
  internal_id: z.string(),
});

export async function readCsvList(path: string): Promise<ReadList> {
  const tally = new ListTally();
  // With the callback form a read error reaches the loop; .pipe() would leave it waiting.
  const records = pipeline(createReadStream(path), parse({ columns: true }), () => {});
  for await (const record of records) tally.add(listed(csvLine.parse(record)));
  return tally.read();
}

function listed(line: z.infer<typeof csvLine>): ListedFields {
  return {
    discrepancyId: line.discrepancy_id,
    section: line.section,
    severity: line.severity,
    verdict: line.verdict,
    level: line.level,
    kind: line.kind,
    businessDate: line.business_date,
    currency: line.currency,
    amount: line.amount,
    processorId: line.processor_id,
    internalId: line.internal_id,
  };
}

/** Hands every row of the other sheets to `other`, header rows too. */
export async function readXlsxList(path: string, other: (row: XlsxRow) => void = () => undefined): Promise<ReadList> {
  const tally = new ListTally();
  let header: readonly string[] = [];
  let sheet = '';
  for await (const row of readXlsx(path)) {
    if (!row.sheet.startsWith(DIFFERENCES_SHEET)) {
      other(row);
    } else if (row.sheet !== sheet) {
      sheet = row.sheet;
      header = row.cells;
    } else {
      const line = csvLine.parse(Object.fromEntries(header.map((name, place) => [name, row.cells[place] ?? ''])));
      tally.add(listed({ ...line, business_date: dateOfSerial(line.business_date) }));
    }
  }
  return tally.read();
}
