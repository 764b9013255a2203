// What was to be told or kept and is not yet: messages that wait or were given up, runs without an evidence package.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Sample } from './exposition.ts';
import { CHANNELS } from './metric-catalog.ts';

const channelRow = z.object({ channel: z.string(), waiting: z.number(), age: z.number(), givenUp: z.number() });
// A report may come for twelve hours, and the sweep is hourly.
const SEALED_WITHIN = '13 hours';

export async function readOutbox(connection: CommonQueryMethods): Promise<Sample[]> {
  const rows = await connection.any(sql.type(channelRow)`
    select channel, (count(*) filter (where status = 'pending'))::int as waiting,
           coalesce(max(extract(epoch from now() - created_at)) filter (where status = 'pending'), 0)::float8 as age,
           (count(*) filter (where status = 'failed'))::int as "givenUp"
    from notifications
    where status = 'pending' or (status = 'failed' and created_at > now() - interval '24 hours')
    group by channel`);
  return CHANNELS.flatMap((channel) => {
    const { waiting, age, givenUp } = rows.find((row) => row.channel === channel) ?? { waiting: 0, age: 0, givenUp: 0 };
    const labels = { channel };
    return [
      { name: 'recon_outbox_waiting', labels, value: waiting },
      { name: 'recon_outbox_age_seconds', labels, value: age },
      { name: 'recon_outbox_given_up_24h', labels, value: givenUp },
    ];
  });
}

export async function readEvidence(connection: CommonQueryMethods): Promise<Sample[]> {
  const unsealed = await connection.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::int as count from reconciliation_runs r left join evidence e using (run_id)
    where r.created_at > now() - interval '7 days' and r.status <> 'running' and e.run_id is null
      and coalesce(r.finished_at, r.started_at) < now() - ${SEALED_WITHIN}::interval`);
  return [{ name: 'recon_evidence_unsealed', value: unsealed }];
}
