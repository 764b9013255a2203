// Reads which accounts discrepancies belong to.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

export function readAccountsOf(
  database: CommonQueryMethods,
  discrepancies: readonly bigint[],
): Promise<readonly string[]> {
  return database.anyFirst(sql.type(z.object({ account: z.string() }))`
    select distinct account from discrepancies where discrepancy_id = any(${sql.array([...discrepancies], 'int8')})`);
}
