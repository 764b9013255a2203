// Files of the file contract (design section 5), named one by one, as a source of either side.
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { Side } from '../../../domain/vocabulary.ts';
import type { Source } from '../source.ts';
import { fileList } from './file-list.ts';
import { type FileReading, type PlacedSource, sourceOfPlace } from './file-source.ts';

export interface FileSourceOptions extends FileReading {
  readonly side: Side;
  readonly paths: readonly string[];
  /** How far the files are complete, where somebody knows. */
  readonly watermarkMs: number | null;
}

export function fileSource(options: FileSourceOptions & { readonly side: 'processor' }): Source<ProcessorRow>;
export function fileSource(options: FileSourceOptions & { readonly side: 'internal' }): Source<InternalRow>;
export function fileSource(options: FileSourceOptions): Source<ProcessorRow> | Source<InternalRow> {
  const { side, paths, watermarkMs, ...reading } = options;
  const place = fileList(paths);
  const placed: PlacedSource = {
    ...reading,
    statedWatermarkMs: watermarkMs,
    watermarkMs: async () => watermarkMs,
    probe: async (signal) => {
      const { length } = await place.list(signal);
      return { detail: `${length === 1 ? 'the file' : `all ${length} files`} can be read` };
    },
  };
  return side === 'processor' ? sourceOfPlace(place, side, placed) : sourceOfPlace(place, side, placed);
}
