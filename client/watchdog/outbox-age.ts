// Messages that wait longer than two rounds of the sweep, and messages that were given up: people who were to be told and were not.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { plural } from '../../activities/report/run-words.ts';
import { TYPED_AS } from '../help-examples.ts';
import { bounded, type Finding } from './finding.ts';

const HOUR_MS = 3_600_000;
/** A message waits an hour for its run's own tries, an hour for the sweep, and an hour where its audience was told enough. */
export const OUTBOX_AGE_MAX_MS = 3 * HOUR_MS;
const FAILED_LOOKED_BACK_MS = 24 * HOUR_MS;

const row = z.object({
  channel: z.string(),
  audience: z.string(),
  status: z.enum(['pending', 'failed']),
  count: z.bigint(),
  oldestMs: z.number(),
  lastError: z.string().nullable(),
});

export async function outboxAge(database: DatabasePool, nowMs: number): Promise<readonly Finding[]> {
  const before = new Date(nowMs - OUTBOX_AGE_MAX_MS).toISOString();
  const since = new Date(nowMs - FAILED_LOOKED_BACK_MS).toISOString();
  const rows = await database.any(sql.type(row)`
    select channel, audience, status, count(*) as count, min(created_at) as "oldestMs",
           (array_agg(last_error order by notification_id desc) filter (where last_error is not null))[1] as "lastError"
    from notifications
    where (status = 'pending' and created_at < ${before}::timestamptz) or (status = 'failed' and created_at > ${since}::timestamptz)
    group by channel, audience, status order by status, channel, audience`);
  return bounded(
    rows.map(({ channel, audience, status, count, oldestMs, lastError }) => {
      const messages = plural(count, 'message');
      const why = lastError === null ? '' : `; last said: ${lastError.slice(0, 200)}`;
      return {
        cause: status === 'pending' ? 'outbox_stuck' : 'delivery_failed',
        about: `${channel} ${audience}`,
        severity: 'high',
        detail:
          status === 'pending'
            ? `${messages} wait since ${new Date(oldestMs).toISOString().slice(0, 16)}Z${why}`
            : `${messages} of the last day were refused for good${why}`,
        next:
          status === 'pending'
            ? `${TYPED_AS} doctor; the sweep of the next hour sends them`
            : 'correct notifications in recon.yaml; what was refused stands in the reports',
      };
    }),
  );
}
