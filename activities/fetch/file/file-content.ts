// What stands in a file of a place: itself, what is packed in it, or one entry of an archive; as UTF-8 text. Knows what is
// packed by the name alone, so that a plan needs no look into every file.
import type { ByteSource } from './file-bytes.ts';
import { type FileEncoding, inUtf8 } from './file-encoding.ts';
import { type ArchiveLimits, damaged } from './file-inflate.ts';
import type { FilePlace, PlacedFile } from './file-place.ts';
import { gzipBytes } from './gzip-bytes.ts';
import { ArchiveNotWhole, zipEntries } from './zip-archive.ts';
import { zipBytes } from './zip-bytes.ts';

/** A file that rows are read from, by the name that its shard has: `rows.csv`, or `archive.zip/rows.csv`. */
export interface FileContent {
  readonly name: string;
  /** Of what stands in the file that holds it. */
  readonly content: string;
}

const LISTINGS_MAX = 10_000;
// No transfer rests longer than this and goes on.
const DELIVERY_MS = 3_600_000;

/** The files that rows are read from. An archive is opened once for each content: its listing cannot change. */
export class FileContents {
  readonly #place: FilePlace;
  readonly #limits: ArchiveLimits;
  readonly #entryNames = new Map<string, readonly string[]>();

  constructor(place: FilePlace, limits: ArchiveLimits) {
    this.#place = place;
    this.#limits = limits;
  }

  async of(file: PlacedFile, signal: AbortSignal): Promise<readonly FileContent[]> {
    const content = await file.content(signal);
    if (!isZip(file.name)) return [{ name: file.name, content }];
    const key = `${file.name} ${content}`;
    const names = this.#entryNames.get(key) ?? (await this.#listed(file, content, signal));
    if (this.#entryNames.size >= LISTINGS_MAX) this.#entryNames.clear();
    this.#entryNames.set(key, names);
    return names.map((name) => ({ name: `${file.name}/${name}`, content }));
  }

  async #listed({ name, modifiedMs }: PlacedFile, content: string, signal: AbortSignal): Promise<readonly string[]> {
    const archive = await this.#place.open(name, content, signal);
    try {
      return (await zipEntries(archive, name, this.#limits)).map((entry) => entry.name);
    } catch (error) {
      // While somebody is delivering it, the run waits; after that, a person has to act.
      if (!(error instanceof ArchiveNotWhole) || Date.now() - modifiedMs < DELIVERY_MS) throw error;
      throw damaged(name, 'its directory is not whole', error);
    } finally {
      await archive.close();
    }
  }
}

/** The text of a shard as UTF-8. `content` null: whatever stands there. */
export async function openContent(
  place: FilePlace,
  { name, content }: { readonly name: string; readonly content: string | null },
  { encoding, limits }: { readonly encoding: FileEncoding; readonly limits: ArchiveLimits },
  signal: AbortSignal,
): Promise<ByteSource> {
  const slash = name.indexOf('/');
  const file = slash < 0 ? name : name.slice(0, slash);
  const stored = await place.open(file, content, signal);
  try {
    const unpacked = await unpackedBytes(stored, file, slash < 0 ? null : name.slice(slash + 1), limits, signal);
    return inUtf8(unpacked, encoding, name, signal);
  } catch (error) {
    await stored.close();
    throw error;
  }
}

function unpackedBytes(
  stored: ByteSource,
  file: string,
  entry: string | null,
  limits: ArchiveLimits,
  signal: AbortSignal,
): ByteSource | Promise<ByteSource> {
  if (entry !== null) return zipBytes(stored, file, entry, limits, signal);
  return isGzip(file) ? gzipBytes(stored, file, limits, signal) : stored;
}

/** The how-manieth of its name a file is, stands behind it. */
function isZip(name: string): boolean {
  return /\.zip(?:#\d+)?$/i.test(name);
}

function isGzip(name: string): boolean {
  return /\.gz(?:#\d+)?$/i.test(name);
}
