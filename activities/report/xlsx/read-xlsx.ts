// Reads the rows of a workbook's sheets back from its file, as text, exactly as it is written there. Must read the file
// itself, with bounded memory: a file may come from anywhere.
import { promisify } from 'node:util';
import sax, { type QualifiedTag, type Tag } from 'sax';
import { type Entry, open, type ZipFile } from 'yauzl';
import { errorCode } from '../../fetch/request/error-code.ts';
import { fromXlsxText } from './xlsx-text.ts';

/** The file is no workbook that a report was written as. */
export class NotAReportWorkbook extends Error {
  override readonly name = 'NotAReportWorkbook';
}

export interface XlsxRow {
  readonly sheet: string;
  /** Text as written; '' where the cell is empty. */
  readonly cells: readonly string[];
}

const ENTRIES_MAX = 100;
const PART_BYTES_MAX = 1024 * 1024;
const SHEET_BYTES_MAX = 4 * 1024 ** 3;
const CELLS_MAX = 256;
const CELL_CHARS_MAX = 300_000;

/** All rows of all sheets, in the order of the workbook. @throws NotAReportWorkbook */
export async function* readXlsx(path: string): AsyncGenerator<XlsxRow, void, undefined> {
  const zip = await openZip(path);
  try {
    const entries = await listEntries(zip);
    for (const { name, part } of await sheetsOf(zip, entries)) {
      const entry = entries.get(part);
      if (entry === undefined) throw new NotAReportWorkbook(`${path}: the sheet "${name}" is missing`);
      for await (const cells of sheetRows(zip, entry)) yield { sheet: name, cells };
    }
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await promisify<string, object, ZipFile>(open)(path, { lazyEntries: true, autoClose: false });
  } catch (cause) {
    if (errorCode(cause) !== undefined) throw cause;
    throw new NotAReportWorkbook(`${path} is no workbook, or it is cut`, { cause });
  }
}

function listEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry);
      if (entries.size > ENTRIES_MAX) reject(new NotAReportWorkbook(`it has more than ${ENTRIES_MAX} parts`));
      else zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (cause) => reject(new NotAReportWorkbook('its list of parts is damaged', { cause })));
    zip.readEntry();
  });
}

async function sheetsOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
  const targets = new Map<string, string>();
  await parsePart(zip, entries.get('xl/_rels/workbook.xml.rels'), ({ name, attributes }) => {
    if (name === 'Relationship') targets.set(`${attributes.Id}`, `xl/${attributes.Target}`);
  });
  const sheets: { name: string; part: string }[] = [];
  await parsePart(zip, entries.get('xl/workbook.xml'), ({ name, attributes }) => {
    if (name === 'sheet') sheets.push({ name: `${attributes.name}`, part: targets.get(`${attributes['r:id']}`) ?? '' });
  });
  return sheets;
}

async function parsePart(zip: ZipFile, entry: Entry | undefined, onTag: (tag: Tag | QualifiedTag) => void) {
  if (entry === undefined) throw new NotAReportWorkbook('it has no list of sheets');
  if (entry.uncompressedSize > PART_BYTES_MAX) throw new NotAReportWorkbook(`${entry.fileName} is too large`);
  const parser = sax.parser(true);
  parser.onopentag = onTag;
  for await (const text of textOf(zip, entry)) parser.write(text);
  parser.close();
}

async function* textOf(zip: ZipFile, entry: Entry): AsyncGenerator<string, void, undefined> {
  const stream = await promisify(zip.openReadStream.bind(zip) as OpenReadStream)(entry);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of stream) yield decoder.decode(chunk as Uint8Array, { stream: true });
  yield decoder.decode();
}

type OpenReadStream = (entry: Entry, done: (error: Error | null, stream: AsyncIterable<Uint8Array>) => void) => void;

async function* sheetRows(zip: ZipFile, entry: Entry): AsyncGenerator<readonly string[], void, undefined> {
  if (entry.uncompressedSize > SHEET_BYTES_MAX) throw new NotAReportWorkbook(`${entry.fileName} is too large`);
  const parser = sax.parser(true);
  let done: string[][] = [];
  let cells: string[] = [];
  let place = 0;
  let value: string | null = null;
  parser.onopentag = ({ name, attributes }) => {
    if (name === 'row') cells = [];
    if (name === 'c') place = columnOf(`${attributes.r}`);
    if (name === 'f') throw new NotAReportWorkbook(`${entry.fileName} holds a formula`);
    if (name === 'v' || name === 't') value = '';
  };
  parser.ontext = (text) => {
    if (value === null) return;
    value += text;
    if (value.length > CELL_CHARS_MAX) throw new NotAReportWorkbook(`${entry.fileName}: a cell is too long`);
  };
  parser.onclosetag = (name) => {
    if (name === 'v' || name === 't') {
      while (cells.length < place) cells.push('');
      cells[place] = fromXlsxText(value ?? '');
      value = null;
    }
    if (name === 'row') done.push(cells);
  };
  for await (const text of textOf(zip, entry)) {
    parser.write(text);
    yield* done;
    done = [];
  }
  parser.close();
  yield* done;
}

/** "AB12" is 27. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(reference)?.[0] ?? '';
  const place = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  if (place < 0 || place >= CELLS_MAX) throw new NotAReportWorkbook(`"${reference}" is not a cell of a report`);
  return place;
}
