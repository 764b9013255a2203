// The files of a place as a source of either side: which shards there are, what identifies them, how far they reach.
// What stands in them is file-pages' business, where they are kept is the place's.
import { hash } from 'node:crypto';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { Side } from '../../../domain/vocabulary.ts';
import { SourceRejected } from '../../errors.ts';
import { readInternalRow } from '../row/internal-row.ts';
import { readProcessorRow } from '../row/processor-row.ts';
import { rowContext } from '../row/row-context.ts';
import type { ReadRequest, Source, SourcePlan } from '../source.ts';
import type { CsvLayout } from './csv-header.ts';
import { type FileContent, FileContents, openContent } from './file-content.ts';
import type { FileEncoding } from './file-encoding.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './file-inflate.ts';
import { filePages } from './file-pages.ts';
import { clippedNames, FILES_MAX, type FilePlace, type PlacedFile } from './file-place.ts';

export interface FileIdentity {
  /** The shard's name. */
  readonly name: string;
  /** The name, and what stands in it; null where nobody pinned it. */
  readonly contentKey: string | null;
}

export interface FileReading {
  readonly account: string;
  readonly zone: string;
  /** Default: UTF-8. */
  readonly encoding?: FileEncoding | undefined;
  /** How foreign CSV is laid out, made anew for each reading of a file. Default: the file contract. */
  readonly layout?: ((file: FileIdentity) => CsvLayout) | undefined;
  /** Changes whenever the layout does: a file that is understood another way is staged again. */
  readonly layoutKey?: string | undefined;
  /** True where the newest file is the whole truth about the days in it. Default: they add to what was there. */
  readonly snapshot?: boolean | undefined;
  /** Rows, good and bad, that are handed on and committed together. */
  readonly chunkRows?: number | undefined;
  readonly limits?: ArchiveLimits | undefined;
  /** True where files without a row say that there was none. */
  readonly complete?: boolean | undefined;
}

export interface PlacedSource extends FileReading {
  /** How far the files are complete, where somebody states it; null where nobody does. */
  readonly statedWatermarkMs: number | null;
  readonly watermarkMs: (signal: AbortSignal) => Promise<number | null>;
  readonly probe: (signal: AbortSignal) => Promise<{ detail: string }>;
}

const CHUNK_ROWS = 5_000;
/**
 * How far no file at all reaches: before any day, so that a run waits for one until its deadline and covers nothing after
 * it, whatever the account may do without. No file is not a file without rows.
 */
export const NOTHING_YET_MS = 0;

export function sourceOfPlace(place: FilePlace, side: 'processor', options: PlacedSource): Source<ProcessorRow>;
export function sourceOfPlace(place: FilePlace, side: 'internal', options: PlacedSource): Source<InternalRow>;
export function sourceOfPlace(place: FilePlace, side: Side, options: PlacedSource) {
  const context = rowContext(options.account, options.zone);
  return side === 'processor'
    ? sourceOf<ProcessorRow>(place, side, options, (record) => readProcessorRow(record, context))
    : sourceOf<InternalRow>(place, side, options, (record) => readInternalRow(record, context));
}

function sourceOf<R extends ProcessorRow | InternalRow>(
  place: FilePlace,
  side: Side,
  options: PlacedSource,
  readRow: (record: object) => R,
): Source<R> {
  const { encoding = 'utf-8', limits = ARCHIVE_LIMITS, chunkRows = CHUNK_ROWS } = options;
  const contents = new FileContents(place, limits);
  const understood = understanding(options);
  return {
    name: place.name,
    watermarkMs: options.watermarkMs,
    async plan(request, signal) {
      const listed = await place.list(signal);
      const files = options.snapshot === true ? newestOf(listed) : listed;
      return planOf(place, options, files, await contentsOf(place, files, contents, signal), request);
    },
    async *read({ name, contentKey }, cursor, signal) {
      const content = contentKey === undefined ? null : contentIn(contentKey, name, understood);
      const layout = options.layout?.({ name, contentKey: content === null ? null : `${name} ${content}` }) ?? null;
      const bytes = await openContent(place, { name, content }, { encoding, limits }, signal);
      yield* filePages({ name, side, chunkRows, readRow, encoding, layout }, bytes, cursor, signal);
    },
    probe: options.probe,
  };
}

/** Of snapshots only the newest is the truth: an older one still holds what has vanished since. */
function newestOf(files: readonly PlacedFile[]): readonly PlacedFile[] {
  const [newest] = files.toSorted((a, b) => b.modifiedMs - a.modifiedMs || (a.name < b.name ? 1 : -1));
  return newest === undefined ? [] : [newest];
}

async function contentsOf(
  place: FilePlace,
  files: readonly PlacedFile[],
  contents: FileContents,
  signal: AbortSignal,
): Promise<FileContent[]> {
  const found: FileContent[] = [];
  for (const file of files) {
    found.push(...(await contents.of(file, signal)));
    if (found.length > FILES_MAX) {
      throw new SourceRejected(place.name, `more than ${FILES_MAX} files: move the older ones away`);
    }
  }
  return found;
}

function planOf(
  place: FilePlace,
  options: PlacedSource,
  files: readonly PlacedFile[],
  contents: readonly FileContent[],
  request: ReadRequest,
): SourcePlan {
  const understood = understanding(options);
  const { statedWatermarkMs } = options;
  return {
    sourceKey: sourceKey(contents) + understood,
    sourceName: files.length === 0 ? place.name : clippedNames(files.map(({ name }) => name)),
    shards: contents.map(({ name, content }) => ({
      name,
      fromMs: request.fromMs,
      toMs: request.toMs,
      contentKey: `${name} ${content}${understood}`,
    })),
    // A file is read whole, whatever was asked for; how far it reaches only its watermark can say.
    fetchedUntilMs: files.length === 0 ? NOTHING_YET_MS : (statedWatermarkMs ?? request.toMs),
    statesCompleteness: options.complete === true && files.length > 0,
    ...(statedWatermarkMs === null ? { reachesLastRow: true } : {}),
    // Where nothing has come, nothing was withdrawn.
    ...(options.snapshot === true && files.length > 0 ? { snapshot: true } : {}),
  };
}

/** The same bytes read as another encoding or layout are other rows; how the file contract is read goes without saying. */
function understanding({ encoding = 'utf-8', layoutKey }: FileReading): string {
  const words = [...(encoding === 'utf-8' ? [] : [encoding]), ...(layoutKey === undefined ? [] : [layoutKey])];
  return words.length === 0 ? '' : ` as ${words.join(' ')}`;
}

/** The names and what stands in them, whatever order or folder they came in. */
function sourceKey(contents: readonly FileContent[]): string {
  const [only, ...others] = contents;
  if (only === undefined) return 'no file';
  if (others.length === 0) return `${only.name} ${only.content}`;
  const sorted = contents.map(({ name, content }) => JSON.stringify([name, content])).sort();
  return `${clippedNames(contents.map(({ name }) => name).sort())} sha256:${hash('sha256', sorted.join('\n'))}`;
}

/** What stands between the name and the understanding in the content key that a plan made. */
function contentIn(contentKey: string, name: string, understood: string): string {
  const [content = '', ...words] = contentKey.slice(name.length + 1).split(' as ');
  if (contentKey === `${name} ${content}${understood}` && words.length < 2) return content;
  throw new SourceRejected(name, 'was planned to be read another way than it is configured now: start a new run');
}
