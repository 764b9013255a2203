// The smallest mapping of each side, and reading a text with it, for tests of what a mapping means.
import { stringify } from 'yaml';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import { fileSource } from '../file/file.ts';
import { FILE_OPTIONS, folderForTests } from '../file/files-for-tests.ts';
import { type AllPages, readAll } from '../pages-for-tests.ts';
import { mappedReading } from './mapped-reading.ts';
import { parseMapping } from './mapping.ts';
import type { Mapping } from './mapping-schema.ts';

/** Columns: When, Id, Type, Amount, Currency. */
export const SMALL = {
  time: { column: 'When', format: 'yyyy-MM-dd HH:mm:ss', zone: 'UTC' },
  id: { columns: ['Id'] },
  kind: { column: 'Type', values: { Sale: 'payment', Return: 'refund' } },
  currency: { column: 'Currency' },
  gross: { column: 'Amount' },
};
export const SMALL_HEADER = 'When,Id,Type,Amount,Currency\n';

export function mappingOf(words: object): Promise<Mapping> {
  return parseMapping(stringify(words), 'test.yaml');
}

export interface MappedText {
  readonly snapshot?: boolean;
  readonly chunkRows?: number;
  readonly cursor?: string;
  readonly name?: string;
}

/** For the top of a test file. */
export function mappedTexts() {
  const folder = folderForTests();
  let files = 0;
  return {
    async read(words: object, text: string | Buffer, options: MappedText = {}): Promise<AllPages<ProcessorRow>> {
      const mapping = await mappingOf(words);
      const { snapshot = false, chunkRows = 5_000, cursor = null, name = `mapped-${++files}.csv` } = options;
      const path = await folder.fileWith(name, text);
      const mapped = mappedReading(mapping, { side: 'processor', snapshot });
      const source = fileSource({ ...FILE_OPTIONS, ...mapped, chunkRows, paths: [path], side: 'processor' });
      return readAll(source, { fromMs: 0, toMs: 1 }, cursor);
    },
    async readInternal(words: object, text: string): Promise<AllPages<InternalRow>> {
      const mapping = await mappingOf({ side: 'internal', ...words });
      const path = await folder.fileWith(`mapped-${++files}.csv`, text);
      const mapped = mappedReading(mapping, { side: 'internal', snapshot: false });
      return readAll(fileSource({ ...FILE_OPTIONS, ...mapped, paths: [path], side: 'internal' }));
    },
  };
}
