// A bounded window onto a file's bytes that moves forward over whole lines. Its memory does not grow with the file or
// with a line; where it stands (byte and line) is all that is needed to go on later.
import { type ByteSource, CHUNK_BYTES } from './file-bytes.ts';

/** A longer line is not a row: it is skipped and reported, never held. */
export const LINE_BYTES_MAX = 1_048_576;
const NEWLINE = 10;

export class LineWindow {
  readonly #source: ByteSource;
  readonly #buffer = Buffer.allocUnsafe(LINE_BYTES_MAX + CHUNK_BYTES);
  #start = 0;
  #end = 0;
  #offset = 0;
  #line = 1;
  #ended = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Byte in the file of the first byte that is not consumed. */
  get offset(): number {
    return this.#offset;
  }

  /** Number of the line that starts there, from 1. */
  get line(): number {
    return this.#line;
  }

  /** True when the file holds nothing behind the bytes of the window. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The bytes that are not consumed. Valid until `more` or `skipLine`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** The end, behind its newline, of the line at `from` in `bytes`; -1 when the window does not hold all of it. */
  lineEnd(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline >= 0) return newline + 1;
    return this.#ended && from < bytes.length ? bytes.length : -1;
  }

  consume(bytes: number, lines: number): void {
    this.#start += bytes;
    this.#offset += bytes;
    this.#line += lines;
  }

  /** Goes on at a later byte, where a line starts. */
  moveTo(offset: number, line: number): void {
    const ahead = offset - this.#offset;
    if (ahead < 0) throw new RangeError('a window only moves forward');
    this.#start = Math.min(this.#start + ahead, this.#end);
    this.#offset = offset;
    this.#line = line;
  }

  /** Reads on behind the bytes of the window. */
  async more(): Promise<void> {
    const held = this.#end - this.#start;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#start = 0;
    this.#end = held;
    const room = Math.min(CHUNK_BYTES, this.#buffer.length - held);
    const bytes = await this.#source.read(this.#buffer, held, room, this.#offset + held);
    this.#end += bytes;
    this.#ended = bytes === 0;
  }

  /** Moves behind the line that starts here, however long it is. */
  async skipLine(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const newline = this.bytes.indexOf(NEWLINE);
      if (newline >= 0) return this.consume(newline + 1, 1);
      this.consume(this.bytes.length, this.#ended ? 1 : 0);
      if (this.#ended) return;
      await this.more();
    }
  }
}
