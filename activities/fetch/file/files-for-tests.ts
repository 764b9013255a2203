// A folder of files for tests of what reads files, and the sources over them.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from '@jest/globals';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import { ACCOUNT, ZONE } from '../row/rows-for-tests.ts';
import type { Source, SourcePage } from '../source.ts';
import { type FileSourceOptions, fileSource } from './file.ts';

export const FILE_OPTIONS = { account: ACCOUNT, zone: ZONE, watermarkMs: null, complete: false };

/** For the top of a test file: the folder lives as long as its tests. */
export function folderForTests() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recon-files-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return {
    path: (name: string) => join(folder, name),
    async fileWith(name: string, content: string | Buffer): Promise<string> {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    /** A pipe that nobody writes to. */
    async pipe(path: string): Promise<void> {
      await promisify(execFile)('/usr/bin/mkfifo', [path]);
    },
  };
}

export function processorFile(path: string, options: Partial<FileSourceOptions> = {}) {
  return fileSource({ ...FILE_OPTIONS, ...options, side: 'processor', paths: [path] });
}

/** A line with the required fields, and those given. */
export function processorLine(id: string, more: object = {}): string {
  const required = { id, kind: 'payment', gross: '12.30', currency: 'USD', occurredAt: '2026-02-01T10:00:00Z' };
  return `${JSON.stringify({ ...required, ...more })}\n`;
}

export const CSV_HEADER = 'id,kind,gross,currency,occurredAt\n';

export function csvLine(id: string): string {
  return `${id},payment,12.30,USD,2026-02-01T10:00:00Z\n`;
}

/** What an activity would have staged when the reading stopped: the pages before the error, and the error. */
export async function readUntilError(source: Source<ProcessorRow>) {
  const pages: SourcePage<ProcessorRow>[] = [];
  try {
    for (const shard of (await source.plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED)).shards) {
      for await (const page of source.read(shard, null, NEVER_ABORTED)) pages.push(page);
    }
  } catch (error) {
    return { pages, error };
  }
  return { pages, error: null };
}

export const idsOf = (rows: readonly { externalId: string }[]) => rows.map((row) => row.externalId);
