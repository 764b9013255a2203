// What a reader of rows needs of a file, wherever its bytes come from: to read them forward, and to know at the end that
// they were one file's all along. Compressed and re-coded files count their bytes as they come out.

/** What a cursor belongs to. */
export interface StoredFile {
  /** Of what is stored, compressed if it is. */
  readonly sizeBytes: number;
  /** The place's own mark of this content, such as an ETag; null where it keeps none. */
  readonly version: string | null;
}

export interface ByteSource {
  readonly stored: StoredFile;
  /**
   * Fills `target` from `at` with up to `length` bytes that stand at `position`; 0 only behind the last byte. A stored
   * file is read at any position, what is unpacked only forward: how far it was unpacked is lost with the process, so
   * that going on costs unpacking it again up to there.
   */
  read(target: Buffer, at: number, length: number, position: number): Promise<number>;
  /** @throws SourceUnavailable where the file is not what it was when it was opened. */
  assertUnchanged(): Promise<void>;
  close(): Promise<void>;
}

export const CHUNK_BYTES = 262_144;

/** Reads until the length is reached or the bytes end; how many there were. */
export async function readFully(source: ByteSource, target: Buffer, length: number, position: number): Promise<number> {
  let held = 0;
  while (held < length) {
    const bytes = await source.read(target, held, length - held, position + held);
    if (bytes === 0) break;
    held += bytes;
  }
  return held;
}

/** The stored bytes from `start` to `end` (default: the last), one chunk at a time. */
export async function* chunksOf(
  source: ByteSource,
  signal: AbortSignal,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  for (let position = start; position < end; ) {
    signal.throwIfAborted();
    const length = Math.min(CHUNK_BYTES, end - position);
    // A buffer of its own: who unpacks it holds it longer than this turn.
    const chunk = Buffer.allocUnsafe(length);
    const bytes = await readFully(source, chunk, length, position);
    if (bytes > 0) yield chunk.subarray(0, bytes);
    if (bytes < length) return;
    position += bytes;
  }
}

/** A source over chunks that come one after the other, made from `stored`, which it closes with itself. */
export function forwardBytes(stored: ByteSource, chunks: AsyncGenerator<Buffer>): ByteSource {
  let chunk: Buffer = Buffer.alloc(0);
  let chunkStart = 0;
  return {
    stored: stored.stored,
    async read(target, at, length, position) {
      if (position < chunkStart) throw new RangeError('what is unpacked can only be read forward');
      while (position >= chunkStart + chunk.length) {
        const next = await chunks.next();
        if (next.done) return 0;
        chunkStart += chunk.length;
        chunk = next.value;
      }
      const from = position - chunkStart;
      return chunk.copy(target, at, from, Math.min(chunk.length, from + length));
    },
    assertUnchanged: () => stored.assertUnchanged(),
    async close() {
      try {
        await chunks.return(undefined);
      } finally {
        await stored.close();
      }
    },
  };
}
