// Joins short lines into larger writes: one write a line costs more than the line.
const LINES_PER_CHUNK = 500;

/** Each line must bring its own line end. */
export function* inChunks(lines: Iterable<string>): Iterable<string> {
  let chunk = '';
  let count = 0;
  for (const line of lines) {
    chunk += line;
    count += 1;
    if (count % LINES_PER_CHUNK !== 0) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
