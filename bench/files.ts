// Writes two files of the file contract, any size, streamed: one company-day whose sides differ in a known few rows.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface BenchFiles {
  readonly processor: string;
  readonly internal: string;
  /** The same rows for the floor: external id, merchant reference, kind, gross, fee, currency, time; tab-separated. */
  readonly processorCopy: string;
  readonly internalCopy: string;
  /** Rows that have no equal partner. */
  readonly planted: number;
}

export const BENCH_DATE = '2026-01-10';
const DAY_START_S = Date.UTC(2026, 0, 10) / 1000;
// The last three hours are left out, so that nothing waits for its timing window.
const DAY_SECONDS = 21 * 3600;
const CHUNK_ROWS = 2_000;
const AMOUNT_PRIME = 7_919;
const ID_MULTIPLIER = 2_654_435_761;

/** Of every 500 rows one is lost in the books, one is only there, and one is a cent off. */
const PLANTED_AT = { lost: 7, booked: 11, off: 13 } as const;
const PLANTED_EVERY = 500;

export function benchFiles(folder: string, rows: number): BenchFiles {
  const planted = Object.values(PLANTED_AT).reduce((sum, at) => sum + Math.ceil((rows - at) / PLANTED_EVERY), 0);
  return {
    processor: `${folder}/processor-${rows}.ndjson`,
    internal: `${folder}/internal-${rows}.ndjson`,
    processorCopy: `${folder}/processor-${rows}.copy`,
    internalCopy: `${folder}/internal-${rows}.copy`,
    planted,
  };
}

export async function writeBenchFiles(folder: string, rows: number): Promise<void> {
  const paths = benchFiles(folder, rows);
  const [processor, internal, processorCopy, internalCopy] = [
    createWriteStream(paths.processor),
    createWriteStream(paths.internal),
    createWriteStream(paths.processorCopy),
    createWriteStream(paths.internalCopy),
  ];
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = { processor: '', internal: '', processorCopy: '', internalCopy: '' };
    for (let at = from; at < Math.min(rows, from + CHUNK_ROWS); at += 1) addRow(chunk, at);
    for (const [stream, text] of [
      [processor, chunk.processor],
      [internal, chunk.internal],
      [processorCopy, chunk.processorCopy],
      [internalCopy, chunk.internalCopy],
    ] as const) {
      if (!stream.write(text)) await once(stream, 'drain');
    }
  }
  for (const stream of [processor, internal, processorCopy, internalCopy]) {
    stream.end();
    await once(stream, 'finish');
  }
}

type Chunk = Record<'processor' | 'internal' | 'processorCopy' | 'internalCopy', string>;

function addRow(chunk: Chunk, at: number): void {
  const cents = 100 + ((at * AMOUNT_PRIME) % 50_000);
  const fee = Math.floor((cents * 29) / 1000) + 30;
  const time = new Date((DAY_START_S + ((at * AMOUNT_PRIME) % DAY_SECONDS)) * 1000).toISOString();
  // Ids of processors are not sorted by time: a multiplicative hash scatters them over the index.
  const id = `ch_${((at * ID_MULTIPLIER) % 4_294_967_296).toString(16).padStart(8, '0')}${at.toString(16).padStart(16, '0')}`;
  const order = `order_${at.toString().padStart(9, '0')}`;
  const place = at % PLANTED_EVERY;
  const internalCents = place === PLANTED_AT.off ? cents + 1 : cents;
  if (place !== PLANTED_AT.lost) {
    chunk.internal += `{"id":"int_${at}","kind":"payment","amount":"${major(internalCents)}","fee":"${major(fee)}","currency":"USD","occurredAt":"${time}","processorReference":"${id}","merchantReference":"${order}"}\n`;
    chunk.internalCopy += `int_${at}\t${id}\t${order}\tpayment\t${internalCents}\t${fee}\tUSD\t${time}\n`;
  }
  if (place !== PLANTED_AT.booked) {
    chunk.processor += `{"id":"${id}","kind":"payment","gross":"${major(cents)}","fee":"${major(fee)}","currency":"USD","occurredAt":"${time}","merchantReference":"${order}"}\n`;
    chunk.processorCopy += `${id}\t${order}\tpayment\t${cents}\t${fee}\tUSD\t${time}\n`;
  }
}

function major(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
