// What reading files needs to know when a mapping describes them: their encoding, their layout, what their columns mean.
import { hash } from 'node:crypto';
import type { Side } from '../../../domain/vocabulary.ts';
import { SourceRejected } from '../../errors.ts';
import type { CsvLayout } from '../file/csv-header.ts';
import type { FileIdentity, FileReading } from '../file/file-source.ts';
import { mappedColumns } from './mapped-columns.ts';
import type { IdContext } from './mapping-id.ts';
import { MappingInvalid } from './mapping-invalid.ts';
import type { Mapping } from './mapping-schema.ts';

export interface MappedFiles {
  readonly side: Side;
  /** True where the files together are the whole truth, delivered again and again. */
  readonly snapshot: boolean;
}

/** To be spread into the options of a file source. @throws MappingInvalid when it describes the other side. */
export function mappedReading(mapping: Mapping, { side, snapshot }: MappedFiles) {
  if (mapping.side !== side) {
    throw new MappingInvalid('the mapping', [`side: it describes ${mapping.side} rows, and here come ${side} ones`]);
  }
  return {
    encoding: mapping.format.encoding,
    snapshot,
    layout: (file: FileIdentity) => layoutOf(mapping, snapshot, file),
  } satisfies Partial<FileReading>;
}

/** Made anew for each reading: it counts rows where the file has no ids. */
function layoutOf(mapping: Mapping, snapshot: boolean, file: FileIdentity): CsvLayout {
  const { delimiter, quote, header } = mapping.format;
  const countsRows = mapping.id === undefined;
  const context: IdContext = snapshot
    ? { mode: 'snapshot' }
    : { mode: 'delta', contentDigest: countsRows ? digestOf(file) : '' };
  return {
    dialect: { delimiter, quote },
    headerLine: header,
    fromStart: countsRows && snapshot,
    columns: (cells, fileName) => mappedColumns(mapping, cells, fileName, context),
  };
}

/** Of what stands in the file, whatever it is called: the same bytes under another name are the same rows. */
function digestOf({ name, contentKey }: FileIdentity): string {
  if (contentKey === null) throw new SourceRejected(name, 'is read without its digest, and its rows have no other id');
  const content = contentKey.startsWith(`${name} `) ? contentKey.slice(name.length + 1) : contentKey;
  return hash('sha256', content, 'hex');
}
