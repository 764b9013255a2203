// What a zip archive holds, by its central directory, which is what every tool believes. Decides which entries are files
// of a delivery. An entry that is something else stops the archive by its name: left out, its rows would be missing.
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  RandomAccessReader,
  validateFileName,
  type ZipFile,
} from 'yauzl';
import { SourceError, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { quoted } from '../row/quoted.ts';
import { type ByteSource, readFully } from './file-bytes.ts';
import { type ArchiveLimits, assertUnpackable, damaged } from './file-inflate.ts';

export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly crc32: number;
  /** Where its data starts in the archive. */
  dataStart(): Promise<number>;
}

/** Its directory, which stands at its end, is not there or not right. */
export class ArchiveNotWhole extends SourceUnavailable {}

const STORED = 0;
const DEFLATED = 8;
const MAGICS = [Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0005\u0006')];
const NAME_CHARS_MAX = 200;
const PACKED_NAME = /\.(?:zip|gz|tgz|bz2|xz|zst|7z|rar|tar|jar|xlsx)$/i;
// What the archivers of Macs add about the files, and is none.
const ABOUT_FILES = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$)/;
// The upper half of the attributes is the mode of Unix; 0 where the archiver knows none.
const TYPE_MASK = 0o170_000;
const TYPE_FILE = 0o100_000;
const TYPE_LINK = 0o120_000;

/** The files in it, by name. @throws SourceRejected naming the entry, SourceUnavailable while half of it is there. */
export async function zipEntries(archive: ByteSource, fileName: string, limits: ArchiveLimits): Promise<ZipEntry[]> {
  const zip = await openZip(archive, fileName);
  if (zip.entryCount > limits.entriesMax) {
    throw new SourceRejected(
      fileName,
      `holds ${zip.entryCount} entries, more than ${limits.entriesMax}: deliver them in several archives`,
    );
  }
  const entries = new Map<string, ZipEntry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const found = fileEntry(zip, entry, fileName);
      if (found === null) continue;
      if (entries.has(found.name)) throw refused(fileName, found.name, 'is there twice: keep one of them');
      entries.set(found.name, found);
    }
  } catch (error) {
    throw directoryError(fileName, error);
  }
  if (entries.size === 0) throw new SourceRejected(fileName, 'holds no file: check how it was made');
  const unpackedBytes = [...entries.values()].reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  assertUnpackable(fileName, unpackedBytes, archive.stored.sizeBytes, limits);
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function openZip(archive: ByteSource, fileName: string): Promise<ZipFile> {
  const head = Buffer.alloc(4);
  await readFully(archive, head, head.length, 0);
  if (!MAGICS.some((magic) => head.equals(magic))) {
    throw new SourceRejected(fileName, 'is called .zip and is not a zip archive: check how it was made');
  }
  try {
    return await fromRandomAccessReaderPromise(new ArchiveReader(archive), archive.stored.sizeBytes, {
      autoClose: false,
      // Names are decoded below, where a bad one can be told from a damaged archive.
      decodeStrings: false,
    });
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new ArchiveNotWhole(fileName, `is not a whole zip archive yet (${messageOf(error)})`, { cause: error });
  }
}

/** Null for what is no file and says nothing about payments. */
function fileEntry(zip: ZipFile, entry: Entry, fileName: string): ZipEntry | null {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  if (validateFileName(name) !== null || name.split('/').includes('.')) {
    throw refused(fileName, name, 'has a name that leads out of the archive: nothing of it is read');
  }
  if (name.length > NAME_CHARS_MAX || /[\p{Cc}\p{Cf}]/u.test(name) || name === '') {
    throw refused(fileName, name, `has a name that is empty, over ${NAME_CHARS_MAX} characters, or not printable`);
  }
  const type = (entry.externalFileAttributes >>> 16) & TYPE_MASK;
  if (type === TYPE_LINK) throw refused(fileName, name, 'is a link: put the file in its place');
  if (name.endsWith('/') || ABOUT_FILES.test(name)) return null;
  if (type !== 0 && type !== TYPE_FILE) throw refused(fileName, name, 'is not a regular file: leave it out');
  if (entry.isEncrypted()) throw refused(fileName, name, 'is encrypted: deliver it without a password');
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw refused(fileName, name, `is compressed by method ${entry.compressionMethod}: pack it with deflate`);
  }
  if (PACKED_NAME.test(name)) throw refused(fileName, name, 'is packed itself: deliver it outside the archive');
  return {
    name,
    method: entry.compressionMethod,
    packedBytes: entry.compressedSize,
    unpackedBytes: entry.uncompressedSize,
    crc32: entry.crc32,
    async dataStart() {
      try {
        return (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
      } catch (error) {
        throw directoryError(fileName, error);
      }
    },
  };
}

function refused(fileName: string, entry: string, what: string): SourceRejected {
  return new SourceRejected(fileName, `its entry ${quoted(entry)} ${what}`);
}

function directoryError(fileName: string, error: unknown): unknown {
  if (error instanceof SourceError) return error;
  return damaged(fileName, messageOf(error), error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How the library reads the directory: by position, out of any source of bytes. */
class ArchiveReader extends RandomAccessReader {
  readonly #archive: ByteSource;

  constructor(archive: ByteSource) {
    super();
    this.#archive = archive;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    readFully(this.#archive, buffer.subarray(offset), length, position).then(
      (bytesRead) => callback(null, bytesRead),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }
}
