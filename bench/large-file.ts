// One file of a gigabyte, read to its end: what it costs, and that memory does not grow with it. The text is made while it
// is written and lies packed on the disk; for a figure of its own memory, run it in a process of its own.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { fileSource } from '../activities/fetch/file/file.ts';

export interface LargeFile {
  /** Of the text. */
  readonly bytes: number;
  readonly rows: number;
  readonly seconds: number;
  /** The highest there was, of the whole process. */
  readonly rssMb: number;
}

export interface LargeFileOptions {
  readonly bytes?: number;
  /** `csv` lies as plain text, the others packed. */
  readonly kind?: 'csv' | 'csv.gz' | 'ndjson.gz';
}

const GIGABYTE = 1024 ** 3;
const CHUNK_ROWS = 5_000;

/** @throws RangeError where not every row that was written came back. */
export async function measureLargeFile({
  bytes = GIGABYTE,
  kind = 'csv.gz',
}: LargeFileOptions = {}): Promise<LargeFile> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-large-'));
  try {
    const path = join(folder, `large.${kind}`);
    const written = await writeLarge(path, bytes, kind);
    const source = fileSource({
      side: 'processor',
      account: 'bench/files',
      zone: 'UTC',
      paths: [path],
      watermarkMs: null,
      complete: false,
    });
    const { signal } = new AbortController();
    const startedMs = performance.now();
    let rows = 0;
    for (const shard of (await source.plan({ fromMs: 0, toMs: 1 }, signal)).shards) {
      for await (const page of source.read(shard, null, signal)) rows += page.rows.length;
    }
    const seconds = (performance.now() - startedMs) / 1000;
    if (rows !== written.rows) throw new RangeError(`${written.rows} rows were written, ${rows} came back`);
    return {
      bytes: written.bytes,
      rows,
      seconds: Math.round(seconds * 100) / 100,
      rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeLarge(path: string, bytes: number, kind: string): Promise<{ bytes: number; rows: number }> {
  const file = createWriteStream(path);
  const packer = kind.endsWith('.gz') ? createGzip({ level: 1 }) : null;
  packer?.pipe(file);
  const out = packer ?? file;
  const lineOf = kind.startsWith('csv') ? csvLine : jsonLine;
  let rows = 0;
  let written = 0;
  let text = kind.startsWith('csv') ? 'id,kind,gross,fee,currency,occurredAt,merchantReference,note\n' : '';
  while (written < bytes) {
    for (const until = rows + CHUNK_ROWS; rows < until; rows += 1) text += lineOf(rows);
    // All of it is ASCII.
    written += text.length;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end();
  await once(file, 'finish');
  if (packer === null && (await stat(path)).size !== written) throw new RangeError('the file was not written whole');
  return { bytes: written, rows };
}

const NOTE = 'a line of text as shops add it to every payment, never read, only carried';

function csvLine(at: number): string {
  return `ch_${at.toString(36).padStart(24, '0')},payment,${amount(at)},0.30,USD,2026-01-10T10:00:00Z,order_${at},"${NOTE} ${at}"\n`;
}

function jsonLine(at: number): string {
  return `{"id":"ch_${at.toString(36).padStart(24, '0')}","kind":"payment","gross":"${amount(at)}","fee":"0.30","currency":"USD","occurredAt":"2026-01-10T10:00:00Z","merchantReference":"order_${at}","note":"${NOTE}"}\n`;
}

function amount(at: number): string {
  return `${1 + (at % 900)}.${String(at % 100).padStart(2, '0')}`;
}
