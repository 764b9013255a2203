-- The tables of a reconciliation. Volume tables are insert-only versions without foreign keys; everything that people read
-- (runs, discrepancies, totals) is small and constrained. Amounts are bigint minor units of ISO 4217 beside their currency.

create type side as enum ('processor', 'internal');
create type level as enum ('activity', 'netting', 'settlement', 'bank');
create type kind as enum ('payment', 'refund', 'dispute', 'fee', 'payout', 'transfer', 'adjustment', 'reserve', 'conversion', 'other');
create type row_status as enum ('pending', 'settled', 'void');
create type reference_type as enum ('processor_id', 'merchant_reference', 'parent', 'payout', 'bank_reference');
create type verdict as enum (
  'matched', 'matched_tolerance', 'matched_late', 'pending_timing', 'pending_source', 'missing_internal', 'missing_processor',
  'amount_mismatch', 'currency_mismatch', 'fee_mismatch', 'status_mismatch', 'kind_mismatch', 'fx_variance',
  'duplicate_processor', 'duplicate_internal', 'ambiguous', 'unexplained_remainder', 'not_in_bank', 'data_error',
  'unknown_type', 'ignored');
create type run_status as enum ('running', 'completed', 'failed', 'cancelled');
create type outcome as enum ('clean', 'differences', 'inconclusive');
create type run_trigger as enum ('schedule', 'manual', 'backfill', 'retry', 'try');
create type severity as enum ('low', 'medium', 'high', 'critical');
create type discrepancy_state as enum ('open', 'assigned', 'proposed', 'resolved', 'written_off', 'closed');
create type disposition as enum ('new', 'version', 'repeat');
create type delivery_status as enum ('pending', 'done', 'failed');

create table accounts (
  account_id integer generated always as identity primary key,
  account text not null unique,
  processor_name text not null,
  zone text not null,
  reporting_currency text not null,
  start_date date not null,
  -- Order in which runs decided, whatever their business dates. History is ordered by it.
  decision_seq bigint not null default 0
);

create table rule_sets (
  rule_set_hash text primary key,
  body text not null,
  created_at timestamptz not null default now()
);

-- The calendar of what should exist, so that a day that never ran can be missed by somebody.
create table expected_runs (
  account_id integer not null references accounts,
  business_date date not null,
  due_at timestamptz not null,
  primary key (account_id, business_date)
);

create table reconciliation_runs (
  run_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  account text not null,
  processor_name text not null,
  run_date date not null,
  run_number integer not null,
  decision_seq bigint,
  status run_status not null default 'running',
  outcome outcome,
  trigger run_trigger not null,
  reason text,
  workflow_id text not null,
  temporal_run_id text not null,
  -- Counted up by each activity attempt that claims the run for writing; an older attempt is fenced off.
  attempt integer not null default 0,
  window_start timestamptz not null,
  window_end timestamptz not null,
  horizon timestamptz,
  processor_coverage timestamptz,
  internal_coverage timestamptz,
  reporting_currency text not null,
  missing_transaction_count integer,
  -- Major units of the reporting currency, with its decimals.
  total_discrepancy_amount numeric,
  ambiguous_amount numeric,
  carried_count integer,
  carried_amount numeric,
  rule_set_hash text references rule_sets,
  code_version text,
  input_digest text,
  result_digest text,
  -- The canonical result as text: its SHA-256 is result_digest, so it is never kept as jsonb.
  canonical_result text,
  report_key text,
  publish_status delivery_status not null default 'pending',
  error text,
  created_at timestamptz not null default now(),
  started_at timestamptz not null,
  finished_at timestamptz,
  unique (account_id, run_date, run_number),
  unique (workflow_id, temporal_run_id),
  unique (account_id, decision_seq),
  check (status <> 'completed' or (outcome is not null and decision_seq is not null))
);
create unique index one_running_per_account_day on reconciliation_runs (account_id, run_date) where status = 'running';
create index runs_by_creation on reconciliation_runs (created_at desc);

-- What came in once: one read of one source. A file is one batch however many runs look at it.
create table batches (
  batch_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  side side not null,
  source_key text not null,
  source_name text not null,
  -- How far the source itself says that it is complete; null where it cannot say.
  watermark timestamptz,
  -- The end of what was fetched.
  fetched_until timestamptz,
  states_completeness boolean not null default false,
  done boolean not null default false,
  opened_by_run bigint not null references reconciliation_runs,
  created_at timestamptz not null default now(),
  unique (account_id, side, source_key)
);

-- Progress: a shard's cursor commits together with its rows.
create table fetch_shards (
  batch_id bigint not null references batches,
  shard text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  -- Counted up by each activity attempt that claims the shard; an older attempt is fenced off.
  attempt integer not null default 0,
  -- The run whose worker reads it: two runs that look at the same file take turns.
  claimed_by bigint references reconciliation_runs,
  cursor text,
  pages integer not null default 0,
  row_count bigint not null default 0,
  reference_count bigint not null default 0,
  quarantined_count bigint not null default 0,
  done boolean not null default false,
  primary key (batch_id, shard)
);

-- The parser's own account of each batch. A run introduces whole (batch, home date) pairs and says so in introduced_seq.
create table batch_totals (
  batch_id bigint not null references batches,
  account_id integer not null,
  side side not null,
  home_date date not null,
  disposition disposition not null,
  level level not null,
  kind kind not null,
  currency text not null,
  moves_balance boolean not null,
  count bigint not null,
  debits numeric(38, 0) not null,
  credits numeric(38, 0) not null,
  digest numeric(38, 0) not null,
  introduced_seq bigint,
  primary key (batch_id, home_date, disposition, level, kind, currency, moves_balance)
);
create index batch_totals_not_introduced on batch_totals (account_id, home_date)
  where introduced_seq is null and disposition <> 'repeat';

create sequence row_ids cache 1000;

create table transaction_ids (
  account_id integer not null,
  side side not null,
  external_id text collate "C" not null,
  row_id bigint not null,
  home_date date not null,
  unique (external_id, account_id, side)
) partition by hash (external_id);
create table transaction_ids_0 partition of transaction_ids for values with (modulus 4, remainder 0);
create table transaction_ids_1 partition of transaction_ids for values with (modulus 4, remainder 1);
create table transaction_ids_2 partition of transaction_ids for values with (modulus 4, remainder 2);
create table transaction_ids_3 partition of transaction_ids for values with (modulus 4, remainder 3);

create table processor_transactions (
  row_id bigint not null,
  batch_id bigint not null,
  gross bigint not null,
  fee bigint,
  net bigint,
  content_hash bigint not null,
  occurred_at timestamptz not null,
  account_id integer not null,
  home_date date not null,
  version integer not null,
  line integer,
  kind kind not null,
  level level not null,
  status row_status not null,
  reverses boolean not null,
  moves_balance boolean not null,
  test_mode boolean not null,
  currency text collate "C" not null,
  external_id text collate "C" not null,
  merchant_reference text collate "C",
  parent_id text collate "C",
  payout_id text collate "C",
  unknown_code text,
  available_on date,
  presentment_amount bigint,
  presentment_currency text collate "C",
  fx_rate numeric,
  primary key (home_date, row_id, version)
) partition by range (home_date);

create table internal_transactions (
  row_id bigint not null,
  batch_id bigint not null,
  amount bigint not null,
  fee bigint,
  content_hash bigint not null,
  occurred_at timestamptz not null,
  account_id integer not null,
  home_date date not null,
  version integer not null,
  line integer,
  kind kind not null,
  status row_status not null,
  reverses boolean not null,
  moves_balance boolean not null,
  currency text collate "C" not null,
  external_id text collate "C" not null,
  processor_reference text collate "C",
  merchant_reference text collate "C",
  parent_id text collate "C",
  unknown_code text,
  primary key (home_date, row_id, version)
) partition by range (home_date);

-- Keys beside the id and the merchant reference, of processor rows.
create table row_references (
  account_id integer not null,
  row_id bigint not null,
  home_date date not null,
  version integer not null,
  type reference_type not null,
  value text collate "C" not null,
  primary key (row_id, version, type, value)
);
create index row_references_by_value on row_references (value, account_id, type);

create table quarantined_rows (
  quarantine_id bigint generated always as identity primary key,
  batch_id bigint not null references batches,
  account_id integer not null,
  side side not null,
  -- File name, or the name of the API; position is the line in a file, the id in an API.
  source text not null,
  position text not null,
  reason text not null,
  -- The day whose run first read the source: a row that cannot be read has no date of its own.
  business_date date not null,
  -- A later row with the same id counts in its place: reported, but no money is missing.
  superseded boolean not null default false,
  created_at timestamptz not null default now(),
  unique (batch_id, source, position)
);
create index quarantined_rows_by_day on quarantined_rows (account_id, business_date);

-- Which reads a run looked at: its pins for a replay.
create table run_batches (
  run_id bigint not null references reconciliation_runs,
  batch_id bigint not null references batches,
  primary key (run_id, batch_id)
);

create table data_quality_checks (
  check_id bigint generated always as identity primary key,
  run_id bigint not null references reconciliation_runs,
  name text not null,
  passed boolean not null,
  detail text not null,
  created_at timestamptz not null default now()
);

-- The residue only: rows without a live group at a level where they need one.
create table open_items (
  account_id integer not null,
  side side not null,
  level level not null,
  row_id bigint not null,
  version integer not null,
  home_date date not null,
  introduced_seq bigint not null,
  opened_seq bigint not null,
  kind kind not null,
  currency text not null,
  amount bigint not null,
  moves_balance boolean not null,
  primary key (account_id, level, row_id)
);

-- A 1:1 pair, or a row that explains itself (one side null), is one row. Nothing is deleted: a group is released.
create table matches (
  account_id integer not null,
  decided_seq bigint not null,
  released_seq bigint,
  p_row_id bigint,
  i_row_id bigint,
  p_amount bigint,
  i_amount bigint,
  members_digest bigint not null,
  p_home_date date,
  i_home_date date,
  p_version integer,
  i_version integer,
  verdict verdict not null,
  level level not null,
  p_kind kind,
  i_kind kind,
  late boolean not null,
  p_moves_balance boolean,
  i_moves_balance boolean,
  rule text not null,
  p_currency text,
  i_currency text,
  differences jsonb,
  check (p_row_id is not null or i_row_id is not null),
  check (released_seq is null or released_seq > decided_seq)
);
create unique index matches_live_processor on matches (p_row_id, level) where released_seq is null;
create unique index matches_live_internal on matches (i_row_id, level) where released_seq is null;
create index matches_by_decision on matches using brin (decided_seq) with (autosummarize = on);
-- Rows that only rules closed: a partner that comes later opens them again.
create index matches_one_sided on matches (account_id) where released_seq is null and verdict = 'ignored';

-- Exceptions only; matched is derived from live groups. One row a change: the verdict as of seq is the latest up to it.
create table row_verdicts (
  account_id integer not null,
  decision_seq bigint not null,
  side side not null,
  level level not null,
  row_id bigint not null,
  version integer not null,
  home_date date not null,
  verdict verdict not null,
  reason text,
  partner_row_id bigint,
  partner_home_date date,
  differences jsonb,
  primary key (row_id, level, decision_seq)
);
create index row_verdicts_by_decision on row_verdicts (account_id, decision_seq);

create table discrepancies (
  discrepancy_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  account text not null,
  level level not null,
  anchor_side side not null,
  anchor_row_id bigint not null,
  anchor_external_id text not null,
  business_date date not null,
  verdict verdict not null,
  reason text,
  state discrepancy_state not null default 'open',
  severity severity not null,
  kind kind not null,
  currency text not null,
  amount bigint not null,
  partner_external_id text,
  differences jsonb,
  introduced_seq bigint not null,
  opened_seq bigint not null,
  changed_seq bigint not null,
  closed_seq bigint,
  closed_by text check (closed_by in ('matched_late', 'netted', 'superseded', 'person')),
  unique (account_id, level, anchor_row_id)
);
create index discrepancies_live on discrepancies (account_id, business_date) where state not in ('closed', 'resolved', 'written_off');

create index discrepancies_by_change on discrepancies (account_id, changed_seq);

create table discrepancy_events (
  event_id bigint generated always as identity primary key,
  discrepancy_id bigint not null references discrepancies,
  run_id bigint references reconciliation_runs,
  decision_seq bigint,
  event text not null check (event in ('opened', 'verdict_changed', 'closed', 'reopened')),
  verdict verdict not null,
  state discrepancy_state not null,
  detail text,
  actor text not null default session_user,
  created_at timestamptz not null default now()
);
create index discrepancy_events_by_discrepancy on discrepancy_events (discrepancy_id);

-- The proof of conservation: open(n) = open(n-1) + introduced + version_delta + reopened - closed, term by term.
create table reconciliation_run_totals (
  run_id bigint not null references reconciliation_runs,
  term text not null check (term in ('open_before', 'introduced', 'version_delta', 'reopened', 'closed', 'open_after')),
  side side not null,
  level level not null,
  kind kind not null,
  currency text not null,
  moves_balance boolean not null,
  count bigint not null,
  debits numeric(38, 0) not null,
  credits numeric(38, 0) not null,
  primary key (run_id, term, side, level, kind, currency, moves_balance)
);

-- What the run says, by verdict and currency: counts of rows and money at risk.
create table reconciliation_run_verdicts (
  run_id bigint not null references reconciliation_runs,
  side side not null,
  level level not null,
  verdict verdict not null,
  currency text not null,
  count bigint not null,
  amount numeric(38, 0) not null,
  primary key (run_id, side, level, verdict, currency)
);

-- Outbox: what has to be told to whom, once.
create table notifications (
  notification_id bigint generated always as identity primary key,
  run_id bigint references reconciliation_runs,
  audience text not null,
  kind text not null,
  dedupe_key text not null unique,
  severity severity,
  message_id text not null unique,
  payload text not null,
  status delivery_status not null default 'pending',
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz
);

-- Partitions are made ahead and by need, one a month, by the owner on the worker's behalf: the worker owns no table.
create function ensure_partitions(from_date date, to_date date) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  month date := date_trunc('month', from_date)::date;
  parent text;
begin
  if to_date < from_date or to_date - from_date > 3700 then
    raise exception 'ensure_partitions: % to % is not a range of at most ten years', from_date, to_date;
  end if;
  while month <= to_date loop
    foreach parent in array array['processor_transactions', 'internal_transactions'] loop
      if to_regclass(format('public.%I', parent || to_char(month, '_YYYYMM'))) is null then
        -- Makers wait for each other, and for nobody else: readers and writers of the parent go on. (A lock on the table, as
        -- only those show what another has made meanwhile. Creating the partition in place would wait for all of them.)
        execute format('lock table public.%I in share update exclusive mode', parent);
        if to_regclass(format('public.%I', parent || to_char(month, '_YYYYMM'))) is null then
          execute format('create table public.%I (like public.%I including all)', parent || to_char(month, '_YYYYMM'), parent);
          execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
            parent, parent || to_char(month, '_YYYYMM'), month, (month + interval '1 month')::date);
        end if;
      end if;
    end loop;
    month := (month + interval '1 month')::date;
  end loop;
end $$;
revoke all on function ensure_partitions(date, date) from public;

-- The planner needs fresh statistics after a bulk load, and only an owner may gather them.
create function analyze_partition(parent text, on_date date) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if parent not in ('processor_transactions', 'internal_transactions') then
    raise exception 'analyze_partition: % is not a volume table', parent;
  end if;
  execute format('analyze public.%I', parent || to_char(on_date, '_YYYYMM'));
end $$;
revoke all on function analyze_partition(text, date) from public;
