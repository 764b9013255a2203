// What happened according to the tables of the business, and the audit log does not know: the sign of a log that lost its end. Reads
// only; from the day on which there was a log.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { SYSTEM_CHAIN } from './append-event.ts';

const MIGRATION = '0010_audit.sql';

/** The first such thing in words; null where the log knows everything. */
export function readUntold(connection: CommonQueryMethods, chain: string): Promise<string | null> {
  return connection.maybeOneFirst(sql.type(z.object({ untold: z.string() }))`
    with runs as (
      select r.run_id, r.status::text as status, r.publish_status::text as published,
             to_char(r.run_date, 'YYYY-MM-DD') || '#' || r.run_number as name
      from reconciliation_runs r join schema_migrations m on m.file = ${MIGRATION} and r.created_at > m.applied_at
      where r.account = ${chain}
    ), untold as (
      select run_id, 1 as rank, 'run ' || name || ' was opened' as untold from runs
      where not exists (select from audit_log l where l.chain = ${chain} and l.event_key = 'run/' || name || '/opened')
      union all
      select run_id, 2, 'run ' || name || ' ' || status from runs
      where status <> 'running' and not exists (
        select from audit_log l where l.chain = ${chain} and l.event_key = 'run/' || name || '/' || status)
      union all
      select run_id, 3, 'the report of run ' || name || ' was written' from runs
      where published = 'done' and not exists (
        select from audit_log l
        where l.chain = ${chain} and l.event_key >= 'run/' || name || '/report/' and l.event_key < 'run/' || name || '/report0')
      union all
      select 0, 0, 'migration ' || m.file || ' was applied' from schema_migrations m
      where ${chain}::text = ${SYSTEM_CHAIN} and not exists (
        select from audit_log l where l.chain = ${chain} and l.event_key = 'migration/' || m.file)
    )
    select untold from untold order by run_id, rank, untold limit 1`);
}
