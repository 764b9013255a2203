// Makes the months that are coming before a row needs them: made by need, a month waits for whoever reads the tables just then.
// Idempotent by month.
import { type DatabasePool, sql } from 'slonik';
import { addDays, businessDateAt } from '../../domain/business-date.ts';

/** Two months, in whichever zone: dates of availability and late feeds reach no further. */
const DAYS_AHEAD = 62;

/** Answers with the last day that has its partitions. */
export async function makePartitions(database: DatabasePool, nowMs: number): Promise<{ readonly until: string }> {
  const today = businessDateAt(nowMs, 'UTC');
  const until = addDays(today, DAYS_AHEAD);
  await database.query(sql.unsafe`select ensure_partitions(${today}::date, ${until}::date)`);
  return { until };
}
