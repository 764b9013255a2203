// What the versions of a row say differently, one after the other. Asked for single rows only: the view is no list.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { SIDES, type Side } from '../../domain/vocabulary.ts';

const changeRow = z.object({
  side: z.enum(SIDES),
  version: z.number(),
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  currencyBefore: z.string(),
  currency: z.string(),
});
export type RowChange = z.infer<typeof changeRow>;

export interface RowPlace {
  readonly side: Side;
  readonly rowId: bigint | null;
  readonly homeDate: string | null;
}

export async function readRowChanges(database: DatabasePool, rows: readonly RowPlace[]): Promise<readonly RowChange[]> {
  const found: RowChange[] = [];
  for (const { side, rowId, homeDate } of rows) {
    if (rowId === null || homeDate === null) continue;
    found.push(
      ...(await database.any(sql.type(changeRow)`
        select side, version, field, before, after, currency_before as "currencyBefore", currency
        from row_changes where side = ${side} and row_id = ${rowId} and home_date = ${homeDate}
        order by version, field`)),
    );
  }
  return found;
}
