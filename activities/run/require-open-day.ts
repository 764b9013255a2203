// Keeps a run from being opened for a day that is done with. The database refuses it too; this says it so that nobody tries again.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { PeriodLocked } from '../errors.ts';

/** While the account is held, so that no lock comes in between. @throws PeriodLocked */
export async function requireOpenDay(connection: CommonQueryMethods, account: string, date: string): Promise<void> {
  const through = await connection.maybeOneFirst(sql.type(z.object({ through: z.string().nullable() }))`
    select l.through from period_locks l join accounts a using (account_id)
    where a.account = ${account} order by l.lock_id desc limit 1`);
  if (through !== null && date <= through) throw new PeriodLocked(account, date, through);
}
