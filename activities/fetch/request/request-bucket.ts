// The bucket of requests of one account, a row in PostgreSQL: leases requests and closes the account for a while. One
// statement each, by PostgreSQL's clock; no clock of this process is ever compared with it.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

export interface Bucket {
  readonly account: string;
  /** Microseconds from one request to the next, rounded up. */
  readonly unitUs: number;
  /** Requests that may be handed out at once after a quiet time. */
  readonly depth: number;
}

export interface Lease {
  /** How many requests were leased; 0 where it is too early to ask. */
  readonly leased: number;
  /** Until the last of them may be sent, or, without any, until one could be. */
  readonly waitMs: number;
  /** The processor refuses at this time. */
  readonly isClosed: boolean;
}

/** Requests are leased this far ahead of their time, so that workers stand in line in the order in which they asked. */
export const LEASE_AHEAD_MS = 1_000;

const leaseRow = z.object({ leased: z.number(), wait_ms: z.number(), is_closed: z.boolean() });

/**
 * Takes up to `wanted` requests. The first call for an account only makes its row: it leases nothing and waits for nothing.
 * The sub-select is the generic cell rate algorithm (ITU-T I.371): a block ends with an empty bucket, so that those who
 * waited for its end do not start with a burst. A time that lies further ahead than any lease is of other limits or of
 * another clock, and is cut.
 */
export async function leaseRequests(database: DatabasePool, bucket: Bucket, wanted: number): Promise<Lease> {
  const unit = microseconds(bucket.unitUs);
  const depth = microseconds(bucket.unitUs * bucket.depth);
  const ahead = microseconds(LEASE_AHEAD_MS * 1_000);
  const { leased, wait_ms, is_closed } = await database.one(sql.type(leaseRow)`
    insert into rate_limits as r (account) values (${bucket.account})
    on conflict (account) do update set (leased, spent_until) = (
      select t.requests, b.spent_until + ${unit} * t.requests
      from (select greatest(now(), least(r.spent_until, now() + ${ahead} + ${depth}), r.blocked_until + ${depth}) as spent_until) b,
      lateral (select floor(extract(epoch from now() + ${ahead} + ${depth} - b.spent_until) / extract(epoch from ${unit})) as due) d,
      lateral (select greatest(0, least(${wanted}, d.due))::integer as requests) t)
    returning leased, greatest(0, ceil(1000 * extract(epoch from
      spent_until + case when leased = 0 then ${unit} else '0' end - ${depth} - now())))::integer as wait_ms,
      coalesce(blocked_until > now(), false) as is_closed`);
  return { leased, waitMs: wait_ms, isClosed: is_closed };
}

/** The processor said how long: nobody asks before. A shorter time than one that runs changes nothing. */
export async function blockFor(database: DatabasePool, account: string, waitMs: number): Promise<void> {
  const wait = microseconds(Math.ceil(waitMs * 1_000));
  await database.query(sql.unsafe`
    insert into rate_limits as r (account, blocked_until) values (${account}, now() + ${wait})
    on conflict (account) do update set blocked_until = greatest(r.blocked_until, now() + ${wait})`);
}

/**
 * The processor did not say how long. Refusals of requests that were under way together are one; one that comes sooner
 * after a block than the block was long doubles it; after a quiet time as long as the block it is the first again.
 */
export async function backOff(
  database: DatabasePool,
  account: string,
  { firstMs, msMax }: { readonly firstMs: number; readonly msMax: number },
): Promise<void> {
  const first = microseconds(firstMs * 1_000);
  await database.query(sql.unsafe`
    insert into rate_limits as r (account, back_off, blocked_until) values (${account}, ${first}, now() + ${first})
    on conflict (account) do update set (back_off, blocked_until) = (
      select w.wait, greatest(r.blocked_until, now() + w.wait)
      from (select case when r.blocked_until > now() then r.back_off
                        when r.blocked_until + r.back_off > now() then least(r.back_off * 2, ${microseconds(msMax * 1_000)})
                        else ${first} end as wait) w)`);
}

function microseconds(count: number) {
  return sql.fragment`(interval '1 microsecond' * ${count})`;
}
