// Files of the file contract (design section 5) as a source of either side. Knows which files, and what they are called
// together; what stands in them is file-pages' business.
import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { SourceRejected } from '../errors.ts';
import { fileDigest } from './file-digest.ts';
import { filePages } from './file-pages.ts';
import { readInternalRow } from './internal-row.ts';
import { openFile } from './open-file.ts';
import { readProcessorRow } from './processor-row.ts';
import { rowContext } from './row-context.ts';
import type { ReadRequest, Source, SourcePlan } from './source.ts';

export interface FileSourceOptions {
  readonly side: Side;
  readonly account: string;
  readonly paths: readonly string[];
  readonly zone: string;
  /** Rows, good and bad, that are handed on and committed together. */
  readonly chunkRows?: number;
  /** How far the files are complete, where somebody knows. */
  readonly watermarkMs: number | null;
  /** True where files without a row say that there was none. */
  readonly complete: boolean;
}

type RowReader<R> = (record: object) => R;

const CHUNK_ROWS = 5_000;
const FILES_MAX = 1_000;
const SOURCE_NAME_CHARS_MAX = 200;

export function fileSource(options: FileSourceOptions & { readonly side: 'processor' }): Source<ProcessorRow>;
export function fileSource(options: FileSourceOptions & { readonly side: 'internal' }): Source<InternalRow>;
export function fileSource(options: FileSourceOptions): Source<ProcessorRow> | Source<InternalRow> {
  const context = rowContext(options.account, options.zone);
  return options.side === 'processor'
    ? sourceOf<ProcessorRow>(options, (record) => readProcessorRow(record, context))
    : sourceOf<InternalRow>(options, (record) => readInternalRow(record, context));
}

function sourceOf<R extends ProcessorRow | InternalRow>(options: FileSourceOptions, readRow: RowReader<R>): Source<R> {
  const pathByShard = namedFiles(options.paths);
  const names = [...pathByShard.keys()];
  const name = clipped(names.join(', '));
  const pathOf = (shard: string) => {
    const path = pathByShard.get(shard);
    if (path === undefined) throw new SourceRejected(name, `knows no file ${shard}: the list of files has changed`);
    return path;
  };
  return {
    name,
    watermarkMs: async () => options.watermarkMs,
    plan: (request, signal) => planFiles(options, pathByShard, name, request, signal),
    read: (shard, cursor, signal) =>
      filePages(
        {
          path: pathOf(shard.name),
          name: shard.name,
          side: options.side,
          chunkRows: options.chunkRows ?? CHUNK_ROWS,
          readRow,
        },
        cursor,
        signal,
      ),
    probe: async () => {
      for (const path of pathByShard.values()) await (await openFile(path)).close();
      return { detail: `${names.length === 1 ? 'the file' : `all ${names.length} files`} can be read` };
    },
  };
}

async function planFiles(
  options: FileSourceOptions,
  pathByShard: ReadonlyMap<string, string>,
  name: string,
  request: ReadRequest,
  signal: AbortSignal,
): Promise<SourcePlan> {
  const digests: string[] = [];
  for (const [shard, path] of pathByShard) digests.push(`${shard}\n${(await fileDigest(path, signal)).sha256}\n`);
  const [only] = digests;
  const digest = digests.length === 1 && only !== undefined ? only.split('\n')[1] : hash('sha256', digests.join(''));
  return {
    sourceKey: `${name} sha256:${digest}`,
    sourceName: name,
    shards: [...pathByShard.keys()].map((shard) => ({ name: shard, fromMs: request.fromMs, toMs: request.toMs })),
    // A file is read whole, whatever was asked for; how far it reaches only its watermark can say.
    fetchedUntilMs: options.watermarkMs ?? request.toMs,
    statesCompleteness: options.complete,
  };
}

/** File names as people know them; a name that occurs in two folders is told apart by its place in the list. */
function namedFiles(paths: readonly string[]): Map<string, string> {
  if (paths.length === 0) throw new SourceRejected('files', 'no file is named: name at least one');
  if (paths.length > FILES_MAX) {
    throw new SourceRejected('files', `${paths.length} files are more than ${FILES_MAX} at once: read them in parts`);
  }
  const pathByShard = new Map<string, string>();
  for (const [index, path] of paths.entries()) {
    if (paths.indexOf(path) !== index) throw new SourceRejected(path, 'is named twice: name it once');
    const name = basename(path);
    pathByShard.set(pathByShard.has(name) ? `${name}#${index + 1}` : name, path);
  }
  return pathByShard;
}

function clipped(name: string): string {
  return name.length > SOURCE_NAME_CHARS_MAX ? `${name.slice(0, SOURCE_NAME_CHARS_MAX)}…` : name;
}
