// Writes a workbook row by row, sheet after sheet, straight into its file: memory does not grow with the rows, the bytes
// depend on nothing but what is written. Must never hold a sheet in memory nor ask a clock.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { cellXml, columnName, type SheetCell } from './xlsx-cell.ts';
import { type SheetPart, sheetPath, workbookParts } from './xlsx-parts.ts';
import { stylesXml } from './xlsx-styles.ts';

export interface SheetPlan {
  readonly name: string;
  /** In characters; as many as there are columns. */
  readonly widths: readonly number[];
  /** The first row is a header: it stays in view and has filters. */
  readonly isTable: boolean;
}

export interface XlsxSheet {
  row(cells: readonly SheetCell[]): Promise<void>;
  /** Rows so far, with the header. */
  readonly rows: () => number;
  end(): Promise<void>;
}

export interface XlsxFile {
  readonly path: string;
  /** One at a time: the one before must have ended. */
  sheet(plan: SheetPlan): XlsxSheet;
  /** Closes the file and answers with the digest of its bytes. */
  finish(): Promise<string>;
  /** Gives up what is not finished. More than once is fine. */
  close(): Promise<void>;
}

/** Rows that a sheet of any spreadsheet program holds. */
export const SHEET_ROWS_MAX = 1_048_576;

// A zip entry has a time; this one says nothing. In local time, because that is what zip counts in.
const NO_TIME = new Date(1980, 0, 1);
const ENTRY = { mtime: NO_TIME, mode: 0o100644, forceDosTimestamp: true, compress: true } as const;

export async function createXlsxFile(path: string): Promise<XlsxFile> {
  const zip = new ZipFile();
  const digest = createHash('sha256');
  const parts: SheetPart[] = [];
  let current: PassThrough | undefined;
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await once(file, 'open');
  const hashed = new Transform({
    transform: (chunk, _encoding, done) => {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  const written = pipeline(zip.outputStream, hashed, file);
  // Whoever waits to write the next row must hear that the file is gone.
  written.catch((error: Error) => current?.destroy(error));
  return {
    path,
    sheet: (plan) => {
      const place = parts.push({ name: plan.name, filtered: null }) - 1;
      const stream = new PassThrough();
      stream.on('error', () => undefined);
      current = stream;
      zip.addReadStream(stream, sheetPath(place), ENTRY);
      return sheetWriter(plan, stream, (filtered) => {
        parts[place] = { name: plan.name, filtered };
      });
    },
    finish: async () => {
      for (const [name, xml] of workbookParts(parts, stylesXml())) zip.addBuffer(Buffer.from(xml), name, ENTRY);
      zip.end();
      await written;
      return digest.digest('hex');
    },
    close: async () => {
      file.destroy();
      await written.catch(() => undefined);
    },
  };
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

function sheetWriter(plan: SheetPlan, stream: PassThrough, filter: (range: string) => void): XlsxSheet {
  let rows = 0;
  const write = async (xml: string) => {
    if (!stream.write(xml)) await once(stream, 'drain');
  };
  return {
    rows: () => rows,
    row: async (cells) => {
      if (rows >= SHEET_ROWS_MAX) throw new RangeError(`a sheet holds ${SHEET_ROWS_MAX} rows`);
      if (rows === 0) await write(sheetHead(plan));
      rows += 1;
      await write(
        `<row r="${rows}">${cells.map((cell, index) => cellXml(cell, `${columnName(index)}${rows}`)).join('')}</row>`,
      );
    },
    end: async () => {
      if (rows === 0) await write(sheetHead(plan));
      const last = columnName(plan.widths.length - 1);
      if (plan.isTable && rows > 0) filter(`$A$1:$${last}$${rows}`);
      stream.end(sheetTail(plan.isTable && rows > 0 ? `A1:${last}${rows}` : null));
      await once(stream, 'end');
    },
  };
}

function sheetHead({ widths, isTable }: SheetPlan): string {
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  const columns = widths.map((width, index) => {
    const place = index + 1;
    return `<col min="${place}" max="${place}" width="${width}" customWidth="1"/>`;
  });
  return [
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="${MAIN}">`,
    '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
    `<sheetViews><sheetView workbookViewId="0">${isTable ? pane : ''}</sheetView></sheetViews>`,
    `<cols>${columns.join('')}</cols><sheetData>`,
  ].join('');
}

function sheetTail(filtered: string | null): string {
  const filter = filtered === null ? '' : `<autoFilter ref="${filtered}"/>`;
  return `</sheetData>${filter}<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>`;
}
