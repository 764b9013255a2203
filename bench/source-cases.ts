// The sources that are measured: each processor behind its emulator, and files in the shapes that cost differently.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { emulateSettlementReports } from '../sandbox/emulated-source.ts';
import { benchWorld } from './bench-day.ts';
import { EMULATED_KINDS, openEmulated } from './emulated.ts';
import { benchFiles, writeBenchFiles } from './files.ts';
import type { OpenSource } from './open-source.ts';

export interface SourceCase {
  readonly name: string;
  readonly account: string;
  /** Whether it answers requests, whose latency counts. */
  readonly isRemote: boolean;
  /** @param folder where recon.yaml will stand. */
  open(folder: string, rows: number, latencyMs: number): Promise<OpenSource>;
}

const remote: readonly SourceCase[] = EMULATED_KINDS.map((kind) => ({
  name: kind,
  account: `${kind}/bench`,
  isRemote: true,
  open: (_folder, rows, latencyMs) => openEmulated({ kind, account: `${kind}/bench`, rows, latencyMs }),
}));

const adyenCsv: SourceCase = {
  name: 'adyenCsv',
  account: 'adyen/bench',
  isRemote: false,
  open: async (folder, rows) => {
    const { config } = await emulateSettlementReports(benchWorld('adyen/bench', rows), folder);
    return local(config);
  },
};

const ndjson: SourceCase = {
  name: 'ndjson',
  account: 'bench/ndjson',
  isRemote: false,
  open: async (folder, rows) => {
    await writeNdjson(folder, rows);
    return local({ kind: 'file', location: 'files', pattern: '*.ndjson' });
  },
};

const ndjsonGz: SourceCase = {
  name: 'ndjsonGz',
  account: 'bench/ndjson-gz',
  isRemote: false,
  open: async (folder, rows) => {
    const path = await writeNdjson(folder, rows);
    await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`));
    return local({ kind: 'file', location: 'files', pattern: '*.ndjson.gz' });
  },
};

export const SOURCE_CASES: readonly SourceCase[] = [...remote, adyenCsv, ndjsonGz, ndjson];

async function writeNdjson(folder: string, rows: number): Promise<string> {
  await writeBenchFiles(folder, rows);
  await mkdir(join(folder, 'files'), { recursive: true });
  const path = join(folder, 'files', 'processor.ndjson');
  await rename(benchFiles(folder, rows).processor, path);
  return path;
}

function local(config: object): OpenSource {
  return { config, requestsMin: null, takeLog: async () => null, stop: async () => undefined };
}
