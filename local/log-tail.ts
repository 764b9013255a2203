// Reads the end of a server's log for an error message; never the whole of it.
import { open, stat } from 'node:fs/promises';
import { systemErrorCode } from './errors.ts';

const TAIL_BYTES_MAX = 2_000;

/** What was appended since the log was `fromByte` long, at most its last 2,000 bytes. */
export async function logTail(file: string, fromByte = 0): Promise<string> {
  const size = await logSize(file);
  const start = Math.max(fromByte, size - TAIL_BYTES_MAX);
  if (start >= size) return '';
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  } finally {
    await handle.close();
  }
}

export async function logSize(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
