// Reads the configured query's rows out of a snapshot page by page, through a cursor of the database: one page in memory,
// and only the contract's columns on the wire.
import type { InternalRow } from '../../domain/transaction.ts';
import { type InternalRecord, readInternalRow } from '../fetch/row/internal-row.ts';
import { quarantineReason } from '../fetch/row/quarantine-reason.ts';
import { referenceText } from '../fetch/row/reference-text.ts';
import type { RowContext } from '../fetch/row/row-context.ts';
import type { QuarantinedRow, SourcePage, SourceTotal } from '../fetch/source.ts';
import { countAndSum, declareCursor, describeQuery, fetchRows, sourceTotal } from './contract-query.ts';
import { type QueryColumn, queryColumns } from './query-columns.ts';
import { queryRecord } from './query-record.ts';
import type { Cell, Snapshot } from './snapshot.ts';

export interface SnapshotRead {
  readonly query: string;
  /** What `describeColumns` found. */
  readonly columns: readonly QueryColumn[];
  readonly values: readonly Cell[];
  readonly pageRows: number;
  readonly source: string;
}

export async function* snapshotPages(
  snapshot: Snapshot,
  read: SnapshotRead,
  context: RowContext,
): AsyncGenerator<SourcePage<InternalRow>> {
  const names = read.columns.map(({ name }) => name);
  await snapshot.query(declareCursor(read.query, names), read.values);
  for (let before = 0, done = false; !done; ) {
    const { rows } = await snapshot.query(fetchRows(read.pageRows));
    const page = readPage(read.columns, rows, before, read.source, context);
    before += rows.length;
    done = rows.length < read.pageRows;
    yield { ...page, lines: null, cursor: `row ${before}`, done };
  }
}

/** @throws SourceRejected when the query does not speak the contract. */
export async function describeColumns(
  snapshot: Snapshot,
  query: string,
  values: readonly Cell[],
  source: string,
): Promise<readonly QueryColumn[]> {
  const { fields } = await snapshot.query(describeQuery(query), values);
  const given = fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
  return queryColumns(given, source);
}

/** What the database itself counts and sums over the same rows. */
export async function statedTotals(
  snapshot: Snapshot,
  query: string,
  values: readonly Cell[],
): Promise<readonly SourceTotal[]> {
  const { rows } = await snapshot.query(countAndSum(query), values);
  return rows.map(sourceTotal);
}

function readPage(
  columns: readonly QueryColumn[],
  cells: readonly Cell[][],
  before: number,
  source: string,
  context: RowContext,
) {
  const rows: InternalRow[] = [];
  const quarantined: QuarantinedRow[] = [];
  for (const [index, row] of cells.entries()) {
    const record = queryRecord(columns, row);
    try {
      rows.push(readInternalRow(record, context));
    } catch (error) {
      const position = shownId(record) ?? `row ${before + index + 1}`;
      quarantined.push({ source, position, reason: quarantineReason(error) });
    }
  }
  return { rows, quarantined };
}

/** The id where it can be shown: it is how a person finds the record. */
function shownId({ id }: InternalRecord): string | null {
  try {
    return typeof id === 'string' ? referenceText(id, 'id') : null;
  } catch {
    return null;
  }
}
