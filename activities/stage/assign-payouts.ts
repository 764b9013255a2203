// Writes down which payout paid which row: what payouts list, and what rows say of themselves where it is news. Insert-only;
// an assignment that is the row's newest already adds nothing, so that a page may be staged twice. Never touches a row.
import type { PoolClient } from 'pg';
import { InvariantViolated } from '../errors.ts';
import type { PayoutEntry } from '../fetch/source.ts';
import type { StageTarget } from './stage-page.ts';

/** `all_new`: every staged row is version 1 of itself. `resolved`: as stage_resolved says. */
export type RowsMode = 'all_new' | 'resolved';

// Each attempt that finds the place taken has waited for the transaction that took it.
const ATTEMPTS_MAX = 100;

/** What the page's payouts list; the last word of a page counts. */
export async function assignEntries(
  client: PoolClient,
  target: StageTarget,
  entries: readonly PayoutEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const said = `
    select distinct on (e.external_id) e.external_id, e.payout_id, e.net, e.currency, null::text as stored_payout_id
    from unnest($3::text[], $4::text[], $5::bigint[], $6::text[]) with ordinality
      as e (external_id, payout_id, net, currency, ord)
    order by e.external_id, e.ord desc`;
  await insertNews(client, target, said, 'l.net is distinct from s.net or l.currency <> s.currency', [
    entries.map((entry) => entry.externalId),
    entries.map((entry) => entry.payoutId),
    entries.map((entry) => String(entry.netMinor)),
    entries.map((entry) => entry.currency),
  ]);
}

/**
 * What the page's rows say of themselves. The row that is stored says it in its own column; what is left are repeats, which
 * store nothing, and rows that a payout has spoken of before.
 */
export async function assignRows(client: PoolClient, target: StageTarget, mode: RowsMode): Promise<void> {
  const said =
    mode === 'all_new'
      ? `select external_id, payout_id, net, currency, payout_id as stored_payout_id
         from stage_processor where payout_id is not null`
      : `select s.external_id, s.payout_id, s.net, s.currency,
                case when s.disposition <> 'repeat' then s.payout_id
                     else (select t.payout_id from processor_transactions t
                           where t.home_date = s.home_date and t.row_id = s.row_id and t.payout_id is not null
                           order by t.version desc limit 1)
                end as stored_payout_id
         from (select distinct on (r.row_id) r.row_id, r.home_date, r.disposition, p.external_id, p.payout_id, p.net, p.currency
               from stage_resolved r join stage_processor p using (ord) order by r.row_id, p.ord desc) s
         where s.payout_id is not null`;
  await insertNews(client, target, said, 'false', []);
}

/** Inserts what differs from the newest assignment. Two reads that assign one row at once take turns. */
async function insertNews(
  client: PoolClient,
  target: StageTarget,
  said: string,
  alsoNews: string,
  values: readonly unknown[],
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const { rows } = await client.query<{ is_stored: boolean }>(
      `with news as materialized (
         select s.external_id, s.payout_id, s.net, s.currency, coalesce(l.version, 0) + 1 as version
         from (${said}) s
         left join lateral (
           select e.version, e.payout_id, e.net, e.currency from payout_entries e
           where e.external_id = s.external_id and e.account_id = $1 order by e.version desc limit 1
         ) l on true
         where coalesce(l.payout_id, s.stored_payout_id) is distinct from s.payout_id or ${alsoNews}
       ), stored as (
         insert into payout_entries (batch_id, net, account_id, version, currency, external_id, payout_id)
         select $2, net, $1, version, currency, external_id, payout_id from news order by external_id collate "C"
         on conflict do nothing
         returning 1
       )
       select (select count(*) from news) = (select count(*) from stored) as is_stored`,
      [target.accountId, target.batchId, ...values],
    );
    if (rows[0]?.is_stored === true) return;
  }
  throw new InvariantViolated('payout entries cannot be stored', [`${ATTEMPTS_MAX} other reads were first each time`]);
}
