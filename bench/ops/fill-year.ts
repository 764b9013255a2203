// Fills an empty database with a year of account-days as runs and people leave it behind: pairs that match, differences of
// which most were closed, what happened to them, who has them, and proposals that wait. Nothing but what list, show and
// status read. By set-based SQL, through the triggers.
import { type DatabasePool, sql } from 'slonik';

export interface Year {
  readonly accounts: readonly string[];
  readonly daysPerAccount: number;
  readonly differencesPerDay: number;
  /** Beside the differences, so that indexes are as deep and tables as long as where nothing is wrong. */
  readonly pairsPerDay: number;
}

export const PERSON = 'bench.operator';

export async function fillYear(database: DatabasePool, year: Year): Promise<void> {
  await database.connect(async (connection) => {
    for (const statement of [...base(year), ...ROWS, ...DIFFERENCES, ...PEOPLE]) await connection.query(statement);
    // As autovacuum does in a database of that size.
    await connection.query(sql.unsafe`vacuum analyze`);
  });
}

/** One line a row or pair, with all that the tables are filled from. */
function base({ accounts, daysPerAccount, differencesPerDay, pairsPerDay }: Year) {
  return [
    sql.unsafe`
      insert into accounts (account, processor_name, zone, reporting_currency, start_date, decision_seq)
      select account, 'stripe', 'UTC', 'USD', current_date - ${daysPerAccount}::int, ${daysPerAccount}
      from unnest(${sql.array([...accounts], 'text')}) account`,
    sql.unsafe`select ensure_partitions(min(start_date), current_date) from accounts`,
    sql.unsafe`
      insert into reconciliation_runs (account_id, account, processor_name, run_date, run_number, decision_seq, status, outcome,
        trigger, workflow_id, temporal_run_id, window_start, window_end, horizon, reporting_currency, missing_transaction_count,
        total_discrepancy_amount, ambiguous_amount, carried_count, carried_amount, result_digest, report_key, publish_status,
        created_at, started_at, finished_at)
      select account_id, account, processor_name, day, 1, day - start_date + 1, 'completed', 'differences', 'schedule',
             account || '/' || day, account || '/' || day, day, day + 1, day + 1, 'USD', 100, 1234.56, 0, 0, 0, repeat('0', 64),
             account || '/' || day, 'done', day + 1 + time '04:00', day + 1 + time '04:00', day + 1 + time '04:10'
      from accounts cross join lateral (
        select start_date + n as day from generate_series(0, ${daysPerAccount - 1}::int) n) days
      order by day, account_id`,
    sql.unsafe`
      create temp table lines as
      select row_number() over (order by r.decision_seq, r.account_id, k) as n, k > ${differencesPerDay} as is_pair, r.account_id, r.account,
             r.run_id, r.decision_seq, r.run_date as day, r.finished_at, (k * 7919 + r.decision_seq * 104729) % 500000 + 100 as amount,
             case when k > ${differencesPerDay} then 'matched' when k % 20 < 8 then 'missing_internal' when k % 20 < 14 then 'missing_processor'
                  when k % 20 < 18 then 'amount_mismatch' when k % 20 < 19 then 'pending_timing' else 'duplicate_processor' end::verdict as verdict
      from reconciliation_runs r cross join generate_series(1, ${differencesPerDay + pairsPerDay}::int) k`,
    sql.unsafe`analyze lines`,
  ];
}

// Row numbers: 2n of the processor, 2n + 1 of ours.
const ROWS = [
  sql.unsafe`
    insert into transaction_ids (account_id, side, external_id, row_id, home_date)
    select account_id, 'processor'::side, 'ch_' || n, 2 * n, day from lines where verdict <> 'missing_processor'
    union all
    select account_id, 'internal', 'ord_' || n, 2 * n + 1, day from lines where verdict in ('matched', 'amount_mismatch', 'missing_processor')`,
  sql.unsafe`
    insert into processor_transactions (row_id, batch_id, gross, fee, net, content_hash, occurred_at, account_id, home_date, version,
      kind, level, status, reverses, moves_balance, test_mode, currency, external_id, merchant_reference)
    select 2 * n, 1, amount, 30, amount - 30, n, day + time '12:00', account_id, day, 1, 'payment', 'activity', 'settled', false, true,
           false, 'USD', 'ch_' || n, 'order ' || n
    from lines where verdict <> 'missing_processor'`,
  sql.unsafe`
    insert into internal_transactions (row_id, batch_id, amount, content_hash, occurred_at, account_id, home_date, version, kind, status,
      reverses, moves_balance, currency, external_id, processor_reference, merchant_reference)
    select 2 * n + 1, 1, amount + case verdict when 'amount_mismatch' then 100 else 0 end, n, day + time '12:00', account_id, day, 1,
           'payment', 'settled', false, true, 'USD', 'ord_' || n, 'ch_' || n, 'order ' || n
    from lines where verdict in ('matched', 'amount_mismatch', 'missing_processor')`,
  sql.unsafe`
    insert into matches (account_id, decided_seq, p_row_id, i_row_id, p_amount, i_amount, members_digest, p_home_date, i_home_date,
      p_version, i_version, verdict, level, p_kind, i_kind, late, p_moves_balance, i_moves_balance, rule, p_currency, i_currency, differences)
    select account_id, decision_seq, 2 * n, 2 * n + 1, amount, amount, n, day, day, 1, 1, verdict, 'activity', 'payment', 'payment', false,
           true, true, 'processor_id', 'USD', 'USD', case verdict when 'amount_mismatch' then '{"amount": ["1.00", "2.00"]}'::jsonb end
    from lines where verdict in ('matched', 'amount_mismatch')`,
];

// One of five is still open; a severity is as rare as it is grave.
const DIFFERENCES = [
  sql.unsafe`
    insert into discrepancies (account_id, account, level, anchor_side, anchor_row_id, anchor_external_id, business_date, verdict, reason,
      severity, kind, currency, amount, partner_external_id, introduced_seq, opened_seq, changed_seq, first_seen_at, due_from)
    select account_id, account, 'activity', side, case side when 'processor' then 2 * n else 2 * n + 1 end,
           case side when 'processor' then 'ch_' || n else 'ord_' || n end, day, verdict, 'no partner by any key',
           case when amount > 490000 then 'critical' when amount > 440000 then 'high' when amount > 300000 then 'medium' else 'low' end::severity,
           'payment', 'USD', amount, case verdict when 'amount_mismatch' then 'ord_' || n end, decision_seq, decision_seq, decision_seq,
           finished_at, finished_at
    from lines, lateral (select case verdict when 'missing_processor' then 'internal' else 'processor' end::side as side) s
    where not is_pair order by n`,
  sql.unsafe`
    insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail, actor, created_at)
    select d.discrepancy_id, r.run_id, d.opened_seq, 'opened', d.verdict, 'open', 'was new', 'recon_worker', d.first_seen_at
    from discrepancies d join reconciliation_runs r on r.account_id = d.account_id and r.decision_seq = d.opened_seq order by 1`,
  sql.unsafe`
    with closed as (
      update discrepancies set state = 'closed', closed_seq = opened_seq + 1, changed_seq = opened_seq + 1, closed_by = 'matched_late'
      where discrepancy_id % 5 <> 0 returning *)
    insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail, actor, created_at)
    select d.discrepancy_id, r.run_id, d.closed_seq, 'closed', d.verdict, 'closed', d.closed_by, 'recon_worker', d.first_seen_at + interval '1 day'
    from closed d left join reconciliation_runs r on r.account_id = d.account_id and r.decision_seq = d.closed_seq order by 1`,
];

const PEOPLE = [
  sql.unsafe`insert into people (login, roles, all_accounts) values (${PERSON}, array['operator'], true)`,
  sql.unsafe`
    update discrepancies set state = case when discrepancy_id % 100 = 0 then 'proposed' else 'assigned' end::discrepancy_state, assignee = ${PERSON}
    where discrepancy_id % 20 = 0`,
  sql.unsafe`
    insert into discrepancy_notes (discrepancy_id, body, author)
    select discrepancy_id, 'asked the shop for order ' || discrepancy_id, ${PERSON} from discrepancies where assignee is not null`,
  sql.unsafe`
    insert into discrepancy_events (discrepancy_id, event, verdict, state, detail, actor)
    select discrepancy_id, event, verdict, state, 'bench', ${PERSON}
    from discrepancies cross join unnest(array['assigned', 'noted']) event where assignee is not null`,
  sql.unsafe`
    insert into proposals (account_id, kind, body, sha256, reason, because, proposed_by)
    select account_id, 'write_off', body, encode(sha256(convert_to(body, 'UTF8')), 'hex'), 'other', discrepancy_id::text, ${PERSON}
    from discrepancies, lateral (select json_build_object('discrepancy', discrepancy_id, 'rows', null)::text as body) b where state = 'proposed'`,
  sql.unsafe`
    insert into proposal_subjects (proposal_id, discrepancy_id, version)
    select p.proposal_id, d.discrepancy_id, d.version from proposals p join discrepancies d on d.discrepancy_id = p.because::bigint`,
];
