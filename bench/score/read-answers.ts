// Reads what somebody says of the rows of a world: CSV with a header, or JSON with one row a line (an array, bare lines, or
// what `recon try --json` prints). Only side, id, verdict and group count; lines of other levels than the activity are not read.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';

export interface Answer {
  readonly side: string;
  readonly id: string;
  readonly verdict: string;
  /** What this row was explained together with has the same. */
  readonly group: string;
}

const COLUMNS = ['side', 'id', 'verdict'] as const;

/** @throws SyntaxError where a line is not a row. */
export async function* readAnswers(path: string): AsyncGenerator<Answer> {
  for await (const row of path.endsWith('.csv') ? readCsv(path) : readJson(path)) {
    const { level, group } = row;
    if (typeof level === 'string' && level !== '' && level !== 'activity') continue;
    const [side, id, verdict] = COLUMNS.map((column) => row[column]);
    if (typeof side !== 'string' || typeof id !== 'string' || typeof verdict !== 'string') {
      throw new SyntaxError(`${path}: a row needs side, id and verdict as text: ${JSON.stringify(row).slice(0, 200)}`);
    }
    yield { side, id, verdict, group: typeof group === 'string' || typeof group === 'number' ? String(group) : '' };
  }
}

type Row = Readonly<Record<string, unknown>>;

async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = createReadStream(path).pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
  for await (const row of parser) yield row;
}

async function* readJson(path: string): AsyncGenerator<Row> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const text = line.trim().replace(/,$/, '');
    // Where the array of rows begins and ends, and what stands around it.
    if (text === '' || text.endsWith('[') || text.startsWith(']')) continue;
    const value = parsed(path, text);
    yield* Array.isArray(value) ? value : [value];
  }
}

function parsed(path: string, text: string): Row | Row[] {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`${path}: write one row a line: ${text.slice(0, 200)}`, { cause });
  }
}
