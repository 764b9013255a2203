// A digest over every cell of a workbook's sheets but the list, which has one of its own: a number that somebody edits in
// a summary is found, too.
import { createHash } from 'node:crypto';

/** The line of the completeness sheet that says the digest; it is not in it. */
export const SEAL_LINE = ['workbook', 'sha256'] as const;

export interface SheetSeal {
  /** Cells as they are read back. */
  add(sheet: string, cells: readonly string[]): void;
  hex(): string;
}

export function createSheetSeal(): SheetSeal {
  const digest = createHash('sha256');
  return {
    add: (sheet, cells) => {
      // Empty cells at the end of a row are not in the file.
      const last = cells.findLastIndex((cell) => cell !== '');
      digest.update(`${JSON.stringify([sheet, ...cells.slice(0, last + 1)])}\n`);
    },
    hex: () => digest.copy().digest('hex'),
  };
}
