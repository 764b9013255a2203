// What a place that keeps files must be able to do: name them, say what stands in them, and open them at any byte. What
// is packed in a file, and what its text means, is not its business.
import type { ByteSource } from './file-bytes.ts';

export interface PlacedFile {
  /** Without a slash, one of its kind in the place. */
  readonly name: string;
  readonly modifiedMs: number;
  /** What stands in it: other content, other text. Such as `sha256:…`, or an ETag and a size. */
  content(signal: AbortSignal): Promise<string>;
}

export interface FilePlace {
  /** For people. */
  readonly name: string;
  /** By name. An empty list is an answer: nothing has come yet. @throws SourceError where the place is not there. */
  list(signal: AbortSignal): Promise<readonly PlacedFile[]>;
  /** @throws SourceError where the file is not there or holds something else than `content` (null: anything). */
  open(name: string, content: string | null, signal: AbortSignal): Promise<ByteSource>;
}

/** A file a day for a generation; what is planned is bounded by the same. */
export const FILES_MAX = 10_000;
const NAMES_CHARS_MAX = 200;

/** The names together, as far as people read. */
export function clippedNames(names: readonly string[]): string {
  const all = names.join(', ');
  return all.length > NAMES_CHARS_MAX ? `${all.slice(0, NAMES_CHARS_MAX)}…` : all;
}

// What a transfer that is not finished, or an editor, leaves beside the file it will become.
const TEMPORARY = /^[.~]|(?:\.(?:tmp|temp|part|partial|filepart|crdownload|download|swp|bak)|~)$/i;

/** Not delivered yet, so not there yet; unless the pattern asks for just such names. */
export function isTemporary(name: string, pattern: string): boolean {
  return TEMPORARY.test(name) && !TEMPORARY.test(pattern);
}
