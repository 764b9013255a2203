// The files of a folder or of an S3 prefix as a source of either side. They arrive while the process runs, so what is
// there is looked up at each use; no file at all means that nothing has come, never that there was nothing.
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { Side } from '../../../domain/vocabulary.ts';
import { SourceRejected } from '../../errors.ts';
import type { Source } from '../source.ts';
import { FileContents } from './file-content.ts';
import { fileFolder } from './file-folder.ts';
import { ARCHIVE_LIMITS } from './file-inflate.ts';
import type { FilePlace } from './file-place.ts';
import { type FileReading, NOTHING_YET_MS, type PlacedSource, sourceOfPlace } from './file-source.ts';
import { parseS3Location, s3Place } from './s3-place.ts';
import type { S3Access } from './s3-session.ts';

export interface LocationSourceOptions extends FileReading {
  readonly side: Side;
  /** A folder, or `s3://bucket/prefix/`. */
  readonly location: string;
  /** Which files in it, such as `settlement_*.csv`; right in it, not in folders below. */
  readonly pattern: string;
  /** How far the files are complete, where somebody states it. */
  readonly watermarkMs?: number | undefined;
  readonly s3?: S3Access | undefined;
}

export function locationSource(options: LocationSourceOptions & { readonly side: 'processor' }): Source<ProcessorRow>;
export function locationSource(options: LocationSourceOptions & { readonly side: 'internal' }): Source<InternalRow>;
export function locationSource(options: LocationSourceOptions): Source<ProcessorRow> | Source<InternalRow> {
  const { side, location, pattern, watermarkMs, s3 = {}, ...reading } = options;
  if (pattern === '' || pattern.includes('/')) {
    throw new SourceRejected(location, `the pattern "${pattern}" must name files right in the location: no slash`);
  }
  const bucket = parseS3Location(location, pattern);
  const place = bucket === null ? fileFolder(location, pattern) : s3Place(bucket, s3);
  const placed: PlacedSource = {
    ...reading,
    statedWatermarkMs: watermarkMs ?? null,
    watermarkMs: (signal) => reachOf(place, watermarkMs, signal),
    probe: (signal) => probe(place, options, signal),
  };
  return side === 'processor' ? sourceOfPlace(place, side, placed) : sourceOfPlace(place, side, placed);
}

/**
 * Nothing can stand in a file that was not yet written: it reaches no further than the time of the newest one. How much
 * of that it covers, its rows say (`reachesLastRow`).
 */
async function reachOf(place: FilePlace, statedMs: number | undefined, signal: AbortSignal): Promise<number> {
  const files = await place.list(signal);
  if (files.length === 0) return NOTHING_YET_MS;
  return statedMs ?? Math.floor(Math.max(...files.map(({ modifiedMs }) => modifiedMs)));
}

/** Opens the newest file: that one the next run will want. */
async function probe(
  place: FilePlace,
  { limits = ARCHIVE_LIMITS }: LocationSourceOptions,
  signal: AbortSignal,
): Promise<{ detail: string }> {
  const files = await place.list(signal);
  const [newest] = [...files].sort((a, b) => b.modifiedMs - a.modifiedMs);
  if (newest === undefined) return { detail: `no file matches ${place.name} yet` };
  await new FileContents(place, limits).of(newest, signal);
  const bytes = await place.open(newest.name, null, signal);
  try {
    await bytes.read(Buffer.alloc(1), 0, 1, 0);
  } finally {
    await bytes.close();
  }
  const count = files.length === 1 ? 'one file' : `${files.length} files`;
  const written = new Date(newest.modifiedMs).toISOString();
  return { detail: `${count}; the newest, ${newest.name} of ${written}, can be read` };
}
