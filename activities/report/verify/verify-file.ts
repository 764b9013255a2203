// Verifies one file of a report, of any format, without asking anybody: counts, sums and digest are reckoned again and
// compared with what the file says of itself. Must not believe a name, an ending or a number that it can reckon.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { errorCode } from '../../fetch/request/error-code.ts';
import { readJson } from '../read-json.ts';
import { readCsvList, readXlsxList } from '../read-list.ts';
import { readPage } from '../read-page.ts';
import { COMPLETENESS_SHEET } from '../render-xlsx.ts';
import { reportFileName } from '../report-files.ts';
import { createSheetSeal, SEAL_LINE } from '../xlsx/sheet-seal.ts';
import { type Said, saidOfFacts, saidOfJson, totalsOf } from './said.ts';
import { type Check, check, listChecks, Unverifiable, type Verification } from './verification.ts';

type Format = 'html' | 'xlsx' | 'csv' | 'json' | 'completeness';
type Findings = Pick<Verification, 'said' | 'checks'>;

/** @throws Unverifiable, or the error of the file system. */
export async function verifyFile(path: string): Promise<Verification> {
  const format = await formatOf(path);
  const sheet = format === 'completeness' ? null : await sheetBeside(path);
  try {
    const found = await READERS[format](path, sheet);
    return { file: path, format, said: found.said, checks: [...(await fileCheck(path, sheet)), ...found.checks] };
  } catch (error) {
    if (error instanceof Unverifiable || isOfFileSystem(error)) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { file: path, format, said: null, checks: [check('reading', false, '', `it is damaged: ${clip(reason)}`)] };
  }
}

const HEAD_BYTES = 64;
const HEADS: ReadonlyArray<readonly [head: string, format: Format]> = [
  ['PK\u0003\u0004', 'xlsx'],
  ['<!doctype html>', 'html'],
  ['{"', 'json'],
  ['topic,name,value', 'completeness'],
  ['discrepancy_id,', 'csv'],
];

async function formatOf(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.toString('latin1', 0, bytesRead);
    const found = HEADS.find(([start]) => head.startsWith(start));
    if (found !== undefined) return found[1];
  } finally {
    await file.close();
  }
  throw new Unverifiable(`${path} is no file of a report: give report.html, .xlsx, .csv, .json or completeness.csv`);
}

const READERS: Readonly<Record<Format, (path: string, sheet: Sheet | null) => Promise<Findings>>> = {
  json: async (path) => {
    const read = await readJson(path);
    const said = saidOfJson(read.around);
    const result = check(
      'result digest',
      read.resultSha256 === said.resultDigest,
      said.resultDigest,
      'the SHA-256 of the canonical result is another than the file says',
    );
    const { fileDigest } = read;
    const whole = check(
      'file digest',
      fileDigest !== null && fileDigest.said === fileDigest.is,
      fileDigest?.said ?? '',
      'the file was changed: its SHA-256 is not the one it says',
    );
    return { said, checks: [...listChecks(read, said), result, whole] };
  },
  xlsx: async (path) => {
    const facts: (readonly string[])[] = [];
    const seal = createSheetSeal();
    let sealed = '';
    const read = await readXlsxList(path, ({ sheet, cells }) => {
      if (sheet === COMPLETENESS_SHEET) facts.push(cells);
      if (sheet === COMPLETENESS_SHEET && SEAL_LINE.every((word, place) => cells[place] === word))
        sealed = cells[2] ?? '';
      else seal.add(sheet, cells);
    });
    const said = saidOfFacts(facts);
    const others = check('other sheets', seal.hex() === sealed, sealed, 'a cell of another sheet was changed');
    return { said, checks: [...listChecks(read, said), others] };
  },
  csv: async (path, sheet) => {
    if (sheet === null) {
      throw new Unverifiable(
        `a CSV cannot say what it must add up to: put ${reportFileName('completeness')} beside it`,
      );
    }
    const said = saidOfFacts(sheet.rows);
    return { said, checks: listChecks(await readCsvList(path), said) };
  },
  html: async (path) => {
    const { isReport, facts, problems } = await readPage(path);
    if (!isReport) throw new Unverifiable(`${path} is no page of a report`);
    if (facts === null) return { said: null, checks: [check('page', false, '', problems.join('; '))] };
    const { run, resultDigest, listDigest, listedCount } = facts;
    const totals = totalsOf(facts.totals.map(({ count, ...rest }) => ({ ...rest, count: count.toString() })));
    const shown = `${facts.shownCount} of ${listedCount} differences on the page`;
    return {
      said: { run, resultDigest, listDigest, listedCount, totals },
      checks: [check('page', problems.length === 0, shown, problems.join('; '))],
    };
  },
  completeness: async (path) => {
    const sheet = await readSheet(path);
    const said: Said = saidOfFacts(sheet.rows);
    const checks: Check[] = [];
    for (const name of sheet.files.keys()) {
      const beside = join(dirname(path), name);
      if (await exists(beside)) checks.push(...(await fileCheck(beside, sheet)));
    }
    if (checks.length === 0) throw new Unverifiable(`none of the files that ${path} speaks of is beside it`);
    return { said, checks };
  },
};

interface Sheet {
  readonly rows: ReadonlyArray<readonly string[]>;
  /** SHA-256 by file name. */
  readonly files: ReadonlyMap<string, string>;
}

const SHEET_BYTES_MAX = 16 * 1024 * 1024;

async function sheetBeside(path: string): Promise<Sheet | null> {
  const beside = join(dirname(path), reportFileName('completeness'));
  return (await exists(beside)) ? readSheet(beside) : null;
}

async function readSheet(path: string): Promise<Sheet> {
  if ((await stat(path)).size > SHEET_BYTES_MAX)
    throw new Unverifiable(`${path} is larger than any completeness sheet`);
  const rows: string[][] = parse(await readFile(path, 'utf8'));
  const files = rows.flatMap(([topic = '', name, value = '']) =>
    /^file report\.[a-z]+$/.test(topic) && name === 'sha256' ? [[topic.slice('file '.length), value] as const] : [],
  );
  return { rows, files: new Map(files) };
}

/** The whole file, where the sheet beside it says what it must hash to. */
async function fileCheck(path: string, sheet: Sheet | null): Promise<Check[]> {
  const said = sheet?.files.get(basename(path));
  if (said === undefined) return [];
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  const name = `file ${basename(path)}`;
  return [check(name, digest.digest('hex') === said, said, 'its SHA-256 is not the one that completeness.csv says')];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** ENOENT, EACCES and their kind; a parser's codes are words of its own. */
function isOfFileSystem(error: unknown): boolean {
  return /^E[A-Z]+$/.test(errorCode(error) ?? '');
}

const REASON_CHARS_MAX = 200;
function clip(text: string): string {
  return text.length > REASON_CHARS_MAX ? `${text.slice(0, REASON_CHARS_MAX)}…` : text;
}
