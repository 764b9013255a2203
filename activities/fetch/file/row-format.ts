// What a file format must be able to do: take whole rows out of a window of bytes, as many as the page has room for.
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { LineWindow } from './line-window.ts';
import type { PageBuilder } from './page-builder.ts';

/** `full`: the page has no room · `starved`: needs more bytes · `overlong`: the line does not fit into the window. */
export type TakeResult = 'full' | 'starved' | 'overlong';

export interface RowFormat<R extends ProcessorRow | InternalRow> {
  take(window: LineWindow, page: PageBuilder<R>): TakeResult;
}
