-- What the migrations come to, read from the catalog: for reading, never run. A test compares it with a migrated database;
-- RECON_UPDATE_GOLDEN=1 writes it again.

-- Roles

create role recon_admin nologin;
create role recon_approver nologin;
create role recon_auditor nologin;
create role recon_operator nologin;
create role recon_owner nologin;
create role recon_worker nologin;

-- Owners

-- 146 objects belong to recon_owner

-- Types

create type delivery_status as enum ('pending', 'done', 'failed');
create type discrepancy_state as enum ('open', 'assigned', 'proposed', 'resolved', 'written_off', 'closed');
create type disposition as enum ('new', 'version', 'repeat');
create type kind as enum ('payment', 'refund', 'dispute', 'fee', 'payout', 'transfer', 'adjustment', 'reserve', 'conversion', 'other');
create type level as enum ('activity', 'netting', 'settlement', 'bank');
create type outcome as enum ('clean', 'differences', 'inconclusive');
create type reference_type as enum ('processor_id', 'merchant_reference', 'parent', 'payout', 'bank_reference');
create type row_status as enum ('pending', 'settled', 'void');
create type run_status as enum ('running', 'completed', 'failed', 'cancelled');
create type run_trigger as enum ('schedule', 'manual', 'backfill', 'retry', 'try');
create type severity as enum ('low', 'medium', 'high', 'critical');
create type side as enum ('processor', 'internal');
create type verdict as enum ('matched', 'matched_tolerance', 'matched_late', 'pending_timing', 'pending_source', 'missing_internal', 'missing_processor', 'amount_mismatch', 'currency_mismatch', 'fee_mismatch', 'status_mismatch', 'kind_mismatch', 'fx_variance', 'duplicate_processor', 'duplicate_internal', 'ambiguous', 'unexplained_remainder', 'not_in_bank', 'data_error', 'unknown_type', 'ignored');

-- Sequences

create sequence match_group_ids as bigint start 1 increment 1 cache 100;
create sequence row_ids as bigint start 1 increment 1 cache 1000;

-- Tables

create table accounts (
  account_id integer generated always as identity not null,
  account text not null,
  processor_name text not null,
  zone text not null,
  reporting_currency text not null,
  start_date date not null,
  decision_seq bigint default 0 not null,
  constraint accounts_pkey PRIMARY KEY (account_id),
  constraint accounts_account_key UNIQUE (account)
);

create table audit_heads (
  chain text collate "C" not null,
  epoch integer not null,
  seq bigint not null,
  hash text collate "C" not null,
  constraint audit_heads_pkey PRIMARY KEY (chain)
);

create table audit_log (
  chain text collate "C" not null,
  epoch integer not null,
  seq bigint not null,
  event_key text collate "C" not null,
  event text collate "C" not null,
  actor text not null,
  at timestamp with time zone not null,
  body text not null,
  body_sha256 text collate "C" not null,
  prev_hash text collate "C" not null,
  hash text collate "C" not null,
  constraint audit_log_pkey PRIMARY KEY (chain, epoch, seq),
  constraint audit_log_chain_event_key_key UNIQUE (chain, event_key),
  constraint audit_log_body_sha256_check CHECK (body_sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint audit_log_epoch_check CHECK (epoch >= 1),
  constraint audit_log_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'::text),
  constraint audit_log_prev_hash_check CHECK (prev_hash ~ '^[0-9a-f]{64}$'::text),
  constraint audit_log_seq_check CHECK (seq >= 1)
);

create table balance_readings (
  batch_id bigint not null,
  currency text collate "C" not null,
  account_id integer not null,
  as_of timestamp with time zone not null,
  total bigint not null,
  created_at timestamp with time zone default now() not null,
  constraint balance_readings_pkey PRIMARY KEY (batch_id, currency),
  constraint balance_readings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint balance_readings_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id)
);

create table batch_totals (
  batch_id bigint not null,
  account_id integer not null,
  side side not null,
  home_date date not null,
  disposition disposition not null,
  level level not null,
  kind kind not null,
  currency text not null,
  moves_balance boolean not null,
  count bigint not null,
  debits numeric(38,0) not null,
  credits numeric(38,0) not null,
  digest numeric(38,0) not null,
  introduced_seq bigint,
  constraint batch_totals_pkey PRIMARY KEY (batch_id, home_date, disposition, level, kind, currency, moves_balance),
  constraint batch_totals_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id)
);

create table batches (
  batch_id bigint generated always as identity not null,
  account_id integer not null,
  side side not null,
  source_key text not null,
  source_name text not null,
  watermark timestamp with time zone,
  fetched_until timestamp with time zone,
  states_completeness boolean default false not null,
  done boolean default false not null,
  opened_by_run bigint not null,
  created_at timestamp with time zone default now() not null,
  reaches_last_row boolean default false not null,
  snapshot boolean default false not null,
  snapshot_contents text[] default '{}'::text[] not null,
  settled boolean default false not null,
  known_shards integer default 0 not null,
  known_rows bigint default 0 not null,
  entries_seq bigint,
  constraint batches_pkey PRIMARY KEY (batch_id),
  constraint batches_account_id_side_source_key_key UNIQUE (account_id, side, source_key),
  constraint batches_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint batches_opened_by_run_fkey FOREIGN KEY (opened_by_run) REFERENCES reconciliation_runs(run_id)
);

create table data_quality_checks (
  check_id bigint generated always as identity not null,
  run_id bigint not null,
  name text not null,
  passed boolean not null,
  detail text not null,
  created_at timestamp with time zone default now() not null,
  constraint data_quality_checks_pkey PRIMARY KEY (check_id),
  constraint data_quality_checks_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id)
);

create table decision_reasons (
  reason text not null,
  meaning text not null,
  constraint decision_reasons_pkey PRIMARY KEY (reason)
);

create table discrepancies (
  discrepancy_id bigint generated always as identity not null,
  account_id integer not null,
  account text not null,
  level level not null,
  anchor_side side not null,
  anchor_row_id bigint not null,
  anchor_external_id text not null,
  business_date date not null,
  verdict verdict not null,
  reason text,
  state discrepancy_state default 'open'::discrepancy_state not null,
  severity severity not null,
  kind kind not null,
  currency text not null,
  amount numeric(38,0) not null,
  partner_external_id text,
  differences jsonb,
  introduced_seq bigint not null,
  opened_seq bigint not null,
  changed_seq bigint not null,
  closed_seq bigint,
  closed_by text,
  members integer,
  surplus integer,
  balanced boolean,
  assignee text,
  first_seen_at timestamp with time zone default now() not null,
  due_from timestamp with time zone default now() not null,
  due_at timestamp with time zone,
  escalation integer default 0 not null,
  escalated_at timestamp with time zone,
  version bigint default 1 not null,
  severity_reason text,
  constraint discrepancies_pkey PRIMARY KEY (discrepancy_id),
  constraint discrepancies_account_id_level_anchor_row_id_key UNIQUE (account_id, level, anchor_row_id),
  constraint discrepancies_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint discrepancies_assignee_fkey FOREIGN KEY (assignee) REFERENCES people(login),
  constraint discrepancies_closed_by_check CHECK (closed_by = ANY (ARRAY['matched_late'::text, 'netted'::text, 'superseded'::text, 'person'::text]))
);

create table discrepancy_events (
  event_id bigint generated always as identity not null,
  discrepancy_id bigint not null,
  run_id bigint,
  decision_seq bigint,
  event text not null,
  verdict verdict not null,
  state discrepancy_state not null,
  detail text,
  actor text default SESSION_USER not null,
  created_at timestamp with time zone default now() not null,
  constraint discrepancy_events_pkey PRIMARY KEY (event_id),
  constraint discrepancy_events_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(discrepancy_id),
  constraint discrepancy_events_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id),
  constraint discrepancy_events_event_check CHECK (event = ANY (ARRAY['opened'::text, 'verdict_changed'::text, 'closed'::text, 'reopened'::text, 'assigned'::text, 'noted'::text, 'proposed'::text, 'approved'::text, 'rejected'::text, 'out_of_date'::text, 'escalated'::text]))
);

create table discrepancy_notes (
  note_id bigint generated always as identity not null,
  discrepancy_id bigint not null,
  body text not null,
  author text default SESSION_USER not null,
  created_at timestamp with time zone default now() not null,
  constraint discrepancy_notes_pkey PRIMARY KEY (note_id),
  constraint discrepancy_notes_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(discrepancy_id),
  constraint discrepancy_notes_body_check CHECK (btrim(body) <> ''::text AND char_length(body) <= 4000)
);

create table evidence (
  run_id bigint not null,
  manifest_sha256 text collate "C" not null,
  location text not null,
  sealed_at timestamp with time zone default now() not null,
  constraint evidence_pkey PRIMARY KEY (run_id),
  constraint evidence_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id),
  constraint evidence_location_check CHECK (location <> ''::text),
  constraint evidence_manifest_sha256_check CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$'::text)
);

create table expected_runs (
  account_id integer not null,
  business_date date not null,
  due_at timestamp with time zone not null,
  constraint expected_runs_pkey PRIMARY KEY (account_id, business_date),
  constraint expected_runs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id)
);

create table fetch_shards (
  batch_id bigint not null,
  shard text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  attempt integer default 0 not null,
  claimed_by bigint,
  cursor text,
  pages integer default 0 not null,
  row_count bigint default 0 not null,
  reference_count bigint default 0 not null,
  quarantined_count bigint default 0 not null,
  done boolean default false not null,
  content_key text,
  first_home_date date,
  last_home_date date,
  constraint fetch_shards_pkey PRIMARY KEY (batch_id, shard),
  constraint fetch_shards_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id),
  constraint fetch_shards_claimed_by_fkey FOREIGN KEY (claimed_by) REFERENCES reconciliation_runs(run_id)
);

create table internal_transactions (
  row_id bigint not null,
  batch_id bigint not null,
  amount bigint not null,
  fee bigint,
  content_hash bigint not null,
  occurred_at timestamp with time zone not null,
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
  withdrawn boolean default false not null,
  constraint internal_transactions_pkey PRIMARY KEY (home_date, row_id, version)
) partition by RANGE (home_date);

create table legal_holds (
  hold_id bigint generated always as identity not null,
  account_id integer not null,
  reason text not null,
  placed_by text default SESSION_USER not null,
  placed_at timestamp with time zone default now() not null,
  released_by text,
  released_at timestamp with time zone,
  released_reason text,
  constraint legal_holds_pkey PRIMARY KEY (hold_id),
  constraint legal_holds_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint legal_holds_placed_by_fkey FOREIGN KEY (placed_by) REFERENCES people(login),
  constraint legal_holds_released_by_fkey FOREIGN KEY (released_by) REFERENCES people(login),
  constraint legal_holds_check CHECK (num_nulls(released_by, released_at, released_reason) = ANY (ARRAY[0, 3])),
  constraint legal_holds_reason_check CHECK (btrim(reason) <> ''::text AND char_length(reason) <= 500),
  constraint legal_holds_released_reason_check CHECK (btrim(released_reason) <> ''::text AND char_length(released_reason) <= 500),
  constraint released_by_another CHECK (released_by <> placed_by)
);

create table manual_decision_rows (
  decision_id bigint not null,
  side side not null,
  row_id bigint not null,
  version integer not null,
  home_date date not null,
  verdict verdict not null,
  differences jsonb,
  constraint manual_decision_rows_pkey PRIMARY KEY (decision_id, row_id),
  constraint manual_decision_rows_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES manual_decisions(decision_id)
);

create table manual_decisions (
  decision_id bigint generated always as identity not null,
  account_id integer not null,
  kind text not null,
  level level not null,
  reason text not null,
  decided_by text default SESSION_USER not null,
  decided_at timestamp with time zone default now() not null,
  from_seq bigint not null,
  stale_seq bigint,
  revoked_seq bigint,
  revoked_by text,
  revoked_at timestamp with time zone,
  revoked_reason text,
  constraint manual_decisions_pkey PRIMARY KEY (decision_id),
  constraint manual_decisions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint manual_decisions_check CHECK (stale_seq >= from_seq),
  constraint manual_decisions_check1 CHECK (revoked_seq >= from_seq),
  constraint manual_decisions_check2 CHECK (num_nulls(revoked_seq, revoked_by, revoked_at, revoked_reason) = ANY (ARRAY[0, 4])),
  constraint manual_decisions_kind_check CHECK (kind = ANY (ARRAY['group'::text, 'write_off'::text, 'not_duplicate'::text])),
  constraint manual_decisions_reason_check CHECK (btrim(reason) <> ''::text),
  constraint manual_decisions_revoked_reason_check CHECK (btrim(revoked_reason) <> ''::text)
);

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
  group_id bigint,
  constraint matches_check CHECK (p_row_id IS NOT NULL OR i_row_id IS NOT NULL),
  constraint matches_check1 CHECK (released_seq IS NULL OR released_seq > decided_seq)
);

create table notifications (
  notification_id bigint generated always as identity not null,
  run_id bigint,
  audience text not null,
  kind text not null,
  dedupe_key text not null,
  severity severity,
  message_id text not null,
  payload text not null,
  status delivery_status default 'pending'::delivery_status not null,
  attempts integer default 0 not null,
  last_error text,
  created_at timestamp with time zone default now() not null,
  delivered_at timestamp with time zone,
  channel text default 'mail'::text not null,
  said text,
  delivered_to text[] default '{}'::text[] not null,
  held_since timestamp with time zone,
  summed_into bigint,
  constraint notifications_pkey PRIMARY KEY (notification_id),
  constraint notifications_dedupe_key_key UNIQUE (dedupe_key),
  constraint notifications_message_id_key UNIQUE (message_id),
  constraint notifications_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id),
  constraint notifications_summed_into_fkey FOREIGN KEY (summed_into) REFERENCES notifications(notification_id),
  constraint notifications_channel_check CHECK (channel = ANY (ARRAY['mail'::text, 'webhook'::text, 'slack'::text]))
);

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
  constraint open_items_pkey PRIMARY KEY (account_id, level, row_id)
);

create table payout_entries (
  batch_id bigint not null,
  net bigint,
  account_id integer not null,
  version integer not null,
  currency text collate "C" not null,
  external_id text collate "C" not null,
  payout_id text collate "C" not null,
  constraint payout_entries_pkey PRIMARY KEY (external_id, account_id, version)
);

create table payout_groups (
  account_id integer not null,
  payout_id text collate "C" not null,
  currency text collate "C" not null,
  decided_seq bigint not null,
  group_id bigint not null,
  constraint payout_groups_pkey PRIMARY KEY (account_id, payout_id, currency, decided_seq)
);

create table payout_sums (
  account_id integer not null,
  payout_id text collate "C" not null,
  currency text collate "C" not null,
  level level not null,
  decision_seq bigint not null,
  entries bigint not null,
  net numeric(38,0) not null,
  digest numeric(38,0) not null,
  last_occurred_at timestamp with time zone,
  constraint payout_sums_pkey PRIMARY KEY (account_id, payout_id, currency, level, decision_seq)
);

create table people (
  login text not null,
  roles text[] not null,
  all_accounts boolean not null,
  changes integer default 1 not null,
  changed_by text default SESSION_USER not null,
  changed_at timestamp with time zone default now() not null,
  constraint people_pkey PRIMARY KEY (login),
  constraint people_login_check CHECK (login ~ '^[a-z][a-z0-9_.-]{0,62}$'::text AND login !~ '^(pg|recon)_'::text),
  constraint people_roles_check CHECK (roles <@ ARRAY['operator'::text, 'approver'::text, 'auditor'::text, 'admin'::text] AND cardinality(roles) > 0 AND (roles = ARRAY['admin'::text] OR NOT ('admin'::text = ANY (roles))))
);

create table period_locks (
  lock_id bigint generated always as identity not null,
  account_id integer not null,
  through date,
  proposal_id bigint not null,
  locked_at timestamp with time zone default now() not null,
  constraint period_locks_pkey PRIMARY KEY (lock_id),
  constraint period_locks_proposal_id_key UNIQUE (proposal_id),
  constraint period_locks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint period_locks_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(proposal_id)
);

create table person_accounts (
  login text not null,
  account text not null,
  constraint person_accounts_pkey PRIMARY KEY (login, account),
  constraint person_accounts_login_fkey FOREIGN KEY (login) REFERENCES people(login)
);

create table processor_transactions (
  row_id bigint not null,
  batch_id bigint not null,
  gross bigint not null,
  fee bigint,
  net bigint,
  content_hash bigint not null,
  occurred_at timestamp with time zone not null,
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
  withdrawn boolean default false not null,
  constraint processor_transactions_pkey PRIMARY KEY (home_date, row_id, version)
) partition by RANGE (home_date);

create table proposal_subjects (
  proposal_id bigint not null,
  discrepancy_id bigint not null,
  version bigint not null,
  constraint proposal_subjects_pkey PRIMARY KEY (proposal_id, discrepancy_id),
  constraint proposal_subjects_discrepancy_id_fkey FOREIGN KEY (discrepancy_id) REFERENCES discrepancies(discrepancy_id),
  constraint proposal_subjects_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(proposal_id)
);

create table proposals (
  proposal_id bigint generated always as identity not null,
  account_id integer not null,
  kind text not null,
  body text not null,
  sha256 text not null,
  reason text not null,
  because text not null,
  status text default 'pending'::text not null,
  proposed_by text default SESSION_USER not null,
  proposed_at timestamp with time zone default now() not null,
  decided_by text,
  decided_at timestamp with time zone,
  decided_because text,
  decision_id bigint,
  constraint proposals_pkey PRIMARY KEY (proposal_id),
  constraint proposals_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint proposals_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people(login),
  constraint proposals_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES manual_decisions(decision_id),
  constraint proposals_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES people(login),
  constraint proposals_reason_fkey FOREIGN KEY (reason) REFERENCES decision_reasons(reason),
  constraint four_eyes CHECK (decided_by <> proposed_by),
  constraint proposals_because_check CHECK (btrim(because) <> ''::text AND char_length(because) <= 500),
  constraint proposals_check CHECK (sha256 = encode(sha256(convert_to(body, 'UTF8'::name)), 'hex'::text)),
  constraint proposals_check1 CHECK (num_nulls(decided_by, decided_at, decided_because) = ANY (ARRAY[0, 3])),
  constraint proposals_check2 CHECK ((status = ANY (ARRAY['approved'::text, 'rejected'::text])) = (decided_by IS NOT NULL)),
  constraint proposals_check3 CHECK ((status = 'approved'::text AND (kind <> ALL (ARRAY['rule_set'::text, 'period'::text]))) = (decision_id IS NOT NULL)),
  constraint proposals_decided_because_check CHECK (btrim(decided_because) <> ''::text AND char_length(decided_because) <= 500),
  constraint proposals_kind_check CHECK (kind = ANY (ARRAY['resolve'::text, 'write_off'::text, 'match'::text, 'not_duplicate'::text, 'reopen'::text, 'rule_set'::text, 'period'::text])),
  constraint proposals_status_check CHECK (status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'out_of_date'::text]))
);

create table purged_months (
  month date not null,
  purge_id bigint not null,
  processor_rows bigint not null,
  internal_rows bigint not null,
  purged_at timestamp with time zone default now() not null,
  constraint purged_months_pkey PRIMARY KEY (month),
  constraint purged_months_purge_id_fkey FOREIGN KEY (purge_id) REFERENCES purges(purge_id),
  constraint purged_months_month_check CHECK (EXTRACT(day FROM month) = 1::numeric)
);

create table purges (
  purge_id bigint generated always as identity not null,
  before date not null,
  body text not null,
  sha256 text not null,
  because text not null,
  status text default 'pending'::text not null,
  proposed_by text default SESSION_USER not null,
  proposed_at timestamp with time zone default now() not null,
  decided_by text,
  decided_at timestamp with time zone,
  decided_because text,
  constraint purges_pkey PRIMARY KEY (purge_id),
  constraint purges_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people(login),
  constraint purges_proposed_by_fkey FOREIGN KEY (proposed_by) REFERENCES people(login),
  constraint four_eyes CHECK (decided_by <> proposed_by),
  constraint purges_because_check CHECK (btrim(because) <> ''::text AND char_length(because) <= 500),
  constraint purges_check CHECK (sha256 = encode(sha256(convert_to(body, 'UTF8'::name)), 'hex'::text)),
  constraint purges_check1 CHECK (num_nulls(decided_by, decided_at, decided_because) = ANY (ARRAY[0, 3])),
  constraint purges_check2 CHECK ((status = 'pending'::text) = (decided_by IS NULL)),
  constraint purges_decided_because_check CHECK (btrim(decided_because) <> ''::text AND char_length(decided_because) <= 500),
  constraint purges_status_check CHECK (status = ANY (ARRAY['pending'::text, 'done'::text, 'rejected'::text]))
);

create table quarantined_rows (
  quarantine_id bigint generated always as identity not null,
  batch_id bigint not null,
  account_id integer not null,
  side side not null,
  source text not null,
  "position" text not null,
  reason text not null,
  business_date date not null,
  superseded boolean default false not null,
  created_at timestamp with time zone default now() not null,
  constraint quarantined_rows_pkey PRIMARY KEY (quarantine_id),
  constraint quarantined_rows_batch_id_source_position_key UNIQUE (batch_id, source, "position"),
  constraint quarantined_rows_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id)
);

create table rate_limits (
  account text not null,
  spent_until timestamp with time zone default now() not null,
  leased integer default 0 not null,
  blocked_until timestamp with time zone,
  back_off interval default '00:00:00'::interval not null,
  constraint rate_limits_pkey PRIMARY KEY (account)
);

create table reconciliation_run_population (
  run_id bigint not null,
  rows bigint not null,
  matched bigint not null,
  matched_late bigint not null,
  matched_of_earlier_days bigint not null,
  constraint reconciliation_run_population_pkey PRIMARY KEY (run_id),
  constraint reconciliation_run_population_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id),
  constraint reconciliation_run_population_check CHECK (matched >= 0 AND matched <= rows),
  constraint reconciliation_run_population_check1 CHECK (matched_late >= 0 AND matched_late <= matched),
  constraint reconciliation_run_population_matched_of_earlier_days_check CHECK (matched_of_earlier_days >= 0),
  constraint reconciliation_run_population_rows_check CHECK (rows >= 0)
);

create table reconciliation_run_totals (
  run_id bigint not null,
  term text not null,
  side side not null,
  level level not null,
  kind kind not null,
  currency text not null,
  moves_balance boolean not null,
  count bigint not null,
  debits numeric(38,0) not null,
  credits numeric(38,0) not null,
  constraint reconciliation_run_totals_pkey PRIMARY KEY (run_id, term, side, level, kind, currency, moves_balance),
  constraint reconciliation_run_totals_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id),
  constraint reconciliation_run_totals_term_check CHECK (term = ANY (ARRAY['open_before'::text, 'introduced'::text, 'taken_up'::text, 'version_delta'::text, 'reopened'::text, 'closed'::text, 'open_after'::text]))
);

create table reconciliation_run_verdicts (
  run_id bigint not null,
  side side not null,
  level level not null,
  verdict verdict not null,
  currency text not null,
  count bigint not null,
  amount numeric(38,0) not null,
  constraint reconciliation_run_verdicts_pkey PRIMARY KEY (run_id, side, level, verdict, currency),
  constraint reconciliation_run_verdicts_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id)
);

create table reconciliation_runs (
  run_id bigint generated always as identity not null,
  account_id integer not null,
  account text not null,
  processor_name text not null,
  run_date date not null,
  run_number integer not null,
  decision_seq bigint,
  status run_status default 'running'::run_status not null,
  outcome outcome,
  trigger run_trigger not null,
  reason text,
  workflow_id text not null,
  temporal_run_id text not null,
  attempt integer default 0 not null,
  window_start timestamp with time zone not null,
  window_end timestamp with time zone not null,
  horizon timestamp with time zone,
  processor_coverage timestamp with time zone,
  internal_coverage timestamp with time zone,
  reporting_currency text not null,
  missing_transaction_count integer,
  total_discrepancy_amount numeric,
  ambiguous_amount numeric,
  carried_count integer,
  carried_amount numeric,
  rule_set_hash text,
  code_version text,
  input_digest text,
  result_digest text,
  canonical_result text,
  report_key text,
  publish_status delivery_status default 'pending'::delivery_status not null,
  error text,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  payouts_itemised boolean default true not null,
  constraint reconciliation_runs_pkey PRIMARY KEY (run_id),
  constraint reconciliation_runs_account_id_decision_seq_key UNIQUE (account_id, decision_seq),
  constraint reconciliation_runs_account_id_run_date_run_number_key UNIQUE (account_id, run_date, run_number),
  constraint reconciliation_runs_workflow_id_temporal_run_id_key UNIQUE (workflow_id, temporal_run_id),
  constraint reconciliation_runs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint reconciliation_runs_rule_set_hash_fkey FOREIGN KEY (rule_set_hash) REFERENCES rule_sets(rule_set_hash),
  constraint reconciliation_runs_check CHECK (status <> 'completed'::run_status OR outcome IS NOT NULL AND decision_seq IS NOT NULL)
);

create table row_references (
  account_id integer not null,
  row_id bigint not null,
  home_date date not null,
  version integer not null,
  type reference_type not null,
  value text collate "C" not null,
  constraint row_references_pkey PRIMARY KEY (row_id, version, type, value)
);

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
  cluster_row_id bigint,
  constraint row_verdicts_pkey PRIMARY KEY (row_id, level, decision_seq)
);

create table rule_set_activations (
  activation_id bigint generated always as identity not null,
  account_id integer not null,
  rule_set_hash text not null,
  proposal_id bigint not null,
  activated_at timestamp with time zone default now() not null,
  constraint rule_set_activations_pkey PRIMARY KEY (activation_id),
  constraint rule_set_activations_proposal_id_key UNIQUE (proposal_id),
  constraint rule_set_activations_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(account_id),
  constraint rule_set_activations_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES proposals(proposal_id),
  constraint rule_set_activations_rule_set_hash_fkey FOREIGN KEY (rule_set_hash) REFERENCES rule_sets(rule_set_hash)
);

create table rule_sets (
  rule_set_hash text not null,
  body text not null,
  created_at timestamp with time zone default now() not null,
  constraint rule_sets_pkey PRIMARY KEY (rule_set_hash)
);

create table run_batches (
  run_id bigint not null,
  batch_id bigint not null,
  constraint run_batches_pkey PRIMARY KEY (run_id, batch_id),
  constraint run_batches_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id),
  constraint run_batches_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(run_id)
);

create table schema_migrations (
  file text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migrations_pkey PRIMARY KEY (file)
);

create table severity_deadlines (
  severity severity not null,
  due_within interval not null,
  constraint severity_deadlines_pkey PRIMARY KEY (severity),
  constraint severity_deadlines_due_within_check CHECK (due_within > '00:00:00'::interval)
);

create table snapshot_rows (
  batch_id bigint not null,
  row_id bigint not null,
  constraint snapshot_rows_pkey PRIMARY KEY (batch_id, row_id)
);

create table transaction_ids (
  account_id integer not null,
  side side not null,
  external_id text collate "C" not null,
  row_id bigint not null,
  home_date date not null,
  constraint transaction_ids_external_id_account_id_side_key UNIQUE (external_id, account_id, side)
) partition by HASH (external_id);

create table write_off_limits (
  login text not null,
  account text not null,
  currency text not null,
  amount_max numeric(38,0) not null,
  constraint write_off_limits_pkey PRIMARY KEY (login, account, currency),
  constraint write_off_limits_login_fkey FOREIGN KEY (login) REFERENCES people(login),
  constraint write_off_limits_account_check CHECK (account = '*'::text OR account ~ '^[a-z][a-z0-9_-]{0,30}/[a-z0-9][a-z0-9_.-]{0,60}$'::text),
  constraint write_off_limits_amount_max_check CHECK (amount_max >= 0::numeric),
  constraint write_off_limits_currency_check CHECK (currency ~ '^[A-Z]{3}$'::text)
);

-- Partitions

create table transaction_ids_0 partition of transaction_ids FOR VALUES WITH (modulus 4, remainder 0);
create table transaction_ids_1 partition of transaction_ids FOR VALUES WITH (modulus 4, remainder 1);
create table transaction_ids_2 partition of transaction_ids FOR VALUES WITH (modulus 4, remainder 2);
create table transaction_ids_3 partition of transaction_ids FOR VALUES WITH (modulus 4, remainder 3);

-- Indexes

CREATE INDEX balance_readings_by_time ON public.balance_readings USING btree (account_id, as_of);
CREATE INDEX batch_totals_by_date ON public.batch_totals USING brin (home_date) WITH (autosummarize='on');
CREATE INDEX batch_totals_not_introduced ON public.batch_totals USING btree (account_id, home_date) WHERE ((introduced_seq IS NULL) AND (disposition <> 'repeat'::disposition));
CREATE INDEX data_quality_checks_by_run ON public.data_quality_checks USING btree (run_id, check_id);
CREATE INDEX discrepancies_by_change ON public.discrepancies USING btree (account_id, changed_seq);
CREATE INDEX discrepancies_by_due ON public.discrepancies USING btree (due_at, severity DESC, business_date DESC, amount DESC, discrepancy_id);
CREATE INDEX discrepancies_by_urgency ON public.discrepancies USING btree (severity DESC, business_date DESC, amount DESC, discrepancy_id) WHERE (state <> ALL (ARRAY['closed'::discrepancy_state, 'resolved'::discrepancy_state, 'written_off'::discrepancy_state]));
CREATE INDEX discrepancies_live ON public.discrepancies USING btree (account_id, business_date) WHERE (state <> ALL (ARRAY['closed'::discrepancy_state, 'resolved'::discrepancy_state, 'written_off'::discrepancy_state]));
CREATE INDEX discrepancy_events_by_discrepancy ON public.discrepancy_events USING btree (discrepancy_id);
CREATE INDEX discrepancy_notes_by_discrepancy ON public.discrepancy_notes USING btree (discrepancy_id);
CREATE INDEX fetch_shards_by_content ON public.fetch_shards USING btree (content_key) WHERE (content_key IS NOT NULL);
CREATE INDEX legal_holds_in_force ON public.legal_holds USING btree (account_id) WHERE (released_at IS NULL);
CREATE INDEX manual_decision_rows_by_row ON public.manual_decision_rows USING btree (row_id);
CREATE INDEX manual_decisions_in_force ON public.manual_decisions USING btree (account_id) WHERE (stale_seq IS NULL);
CREATE INDEX matches_by_date ON public.matches USING brin (p_home_date, i_home_date) WITH (autosummarize='on');
CREATE INDEX matches_by_decision ON public.matches USING brin (decided_seq) WITH (autosummarize='on');
CREATE INDEX matches_by_group ON public.matches USING btree (group_id) WHERE (group_id IS NOT NULL);
CREATE INDEX matches_for_duplicates ON public.matches USING btree (account_id) WHERE ((released_seq IS NULL) AND (rule = 'duplicate'::text));
CREATE UNIQUE INDEX matches_live_internal ON public.matches USING btree (i_row_id, level) WHERE (released_seq IS NULL);
CREATE UNIQUE INDEX matches_live_processor ON public.matches USING btree (p_row_id, level) WHERE (released_seq IS NULL);
CREATE INDEX matches_one_sided ON public.matches USING btree (account_id) WHERE ((released_seq IS NULL) AND (verdict = 'ignored'::verdict));
CREATE INDEX notifications_by_delivery ON public.notifications USING btree (channel, audience, delivered_at) WHERE (status = 'done'::delivery_status);
CREATE INDEX notifications_by_run ON public.notifications USING btree (run_id);
CREATE INDEX notifications_waiting ON public.notifications USING btree (notification_id) WHERE (status = 'pending'::delivery_status);
CREATE UNIQUE INDEX one_running_per_account_day ON public.reconciliation_runs USING btree (account_id, run_date) WHERE (status = 'running'::run_status);
CREATE INDEX payout_entries_by_batch ON public.payout_entries USING btree (account_id, batch_id);
CREATE INDEX payout_entries_by_payout ON public.payout_entries USING btree (payout_id, account_id);
CREATE INDEX period_locks_by_account ON public.period_locks USING btree (account_id, lock_id);
CREATE INDEX proposal_subjects_by_discrepancy ON public.proposal_subjects USING btree (discrepancy_id);
CREATE INDEX proposals_by_decision ON public.proposals USING btree (account_id, decided_by, decided_at) WHERE (status = 'approved'::text);
CREATE INDEX proposals_pending ON public.proposals USING btree (account_id) WHERE (status = 'pending'::text);
CREATE INDEX quarantined_rows_by_day ON public.quarantined_rows USING btree (account_id, business_date);
CREATE INDEX row_references_by_date ON public.row_references USING brin (home_date);
CREATE INDEX row_references_by_value ON public.row_references USING btree (value, account_id, type);
CREATE INDEX row_verdicts_by_cluster ON public.row_verdicts USING btree (cluster_row_id, level) WHERE (cluster_row_id IS NOT NULL);
CREATE INDEX row_verdicts_by_decision ON public.row_verdicts USING btree (account_id, decision_seq);
CREATE INDEX rule_set_activations_by_account ON public.rule_set_activations USING btree (account_id, activation_id);
CREATE INDEX runs_by_creation ON public.reconciliation_runs USING btree (created_at DESC);

-- Triggers

CREATE TRIGGER audit_heads_stay BEFORE DELETE OR TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(); -- enabled: A
CREATE TRIGGER audit_heads_step BEFORE UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_step(); -- enabled: A
CREATE TRIGGER audit_log_stays BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse(); -- enabled: A
CREATE TRIGGER discrepancy_changes BEFORE INSERT OR UPDATE ON discrepancies FOR EACH ROW EXECUTE FUNCTION discrepancy_changes();
CREATE TRIGGER proposals_out_of_date AFTER UPDATE ON discrepancies FOR EACH ROW WHEN (old.version <> new.version) EXECUTE FUNCTION proposals_out_of_date();
CREATE TRIGGER decision_out_of_date AFTER UPDATE OF stale_seq ON manual_decisions FOR EACH ROW WHEN (old.stale_seq IS NULL AND new.stale_seq IS NOT NULL) EXECUTE FUNCTION decision_out_of_date();
CREATE TRIGGER refuse_purged_decision BEFORE UPDATE OF revoked_seq ON manual_decisions FOR EACH ROW WHEN (old.revoked_seq IS NULL AND new.revoked_seq IS NOT NULL) EXECUTE FUNCTION refuse_purged_decision();
CREATE TRIGGER refuse_locked_day BEFORE INSERT OR UPDATE OF account_id, run_date ON reconciliation_runs FOR EACH ROW EXECUTE FUNCTION refuse_locked_day();
CREATE TRIGGER refuse_purged_run BEFORE INSERT ON reconciliation_runs FOR EACH ROW EXECUTE FUNCTION refuse_purged_run();

-- Views

create view discrepancy_deadlines as
 SELECT discrepancy_id,
    account_id,
    account,
    severity,
    state,
    assignee,
    first_seen_at,
    due_at,
    escalation,
    escalated_at
   FROM discrepancies d
  WHERE state = ANY (ARRAY['open'::discrepancy_state, 'assigned'::discrepancy_state, 'proposed'::discrepancy_state]);

create view row_changes as
 SELECT a.account,
    c.account_id,
    c.side,
    c.external_id,
    c.row_id,
    c.home_date,
    c.version,
    c.batch_id,
    c.currency_before,
    c.currency,
    c.field,
    c.before,
    c.after
   FROM ( SELECT t.account_id,
            'processor'::side AS side,
            t.external_id,
            t.row_id,
            t.home_date,
            t.version,
            t.batch_id,
            p.currency AS currency_before,
            t.currency,
                CASE n.key
                    WHEN 'gross'::text THEN 'amount'::text
                    ELSE n.key
                END AS field,
            o.value AS before,
            n.value AS after
           FROM processor_transactions t
             JOIN processor_transactions p ON p.home_date = t.home_date AND p.row_id = t.row_id AND p.version = (t.version - 1)
             CROSS JOIN LATERAL jsonb_each_text(to_jsonb(t.*)) n(key, value)
             JOIN LATERAL jsonb_each_text(to_jsonb(p.*)) o(key, value) ON o.key = n.key AND o.value IS DISTINCT FROM n.value
          WHERE n.key <> ALL (ARRAY['batch_id'::text, 'version'::text, 'line'::text, 'content_hash'::text])
        UNION ALL
         SELECT t.account_id,
            'processor'::side,
            t.external_id,
            t.row_id,
            t.home_date,
            t.version,
            t.batch_id,
            p.currency,
            t.currency,
            'references'::text,
            o.said,
            n.said
           FROM processor_transactions t
             JOIN processor_transactions p ON p.home_date = t.home_date AND p.row_id = t.row_id AND p.version = (t.version - 1)
             CROSS JOIN LATERAL ( SELECT string_agg((f.type || ' '::text) || f.value, ', '::text ORDER BY f.type, f.value) AS said
                   FROM row_references f
                  WHERE f.row_id = t.row_id AND f.version = t.version) n
             CROSS JOIN LATERAL ( SELECT string_agg((f.type || ' '::text) || f.value, ', '::text ORDER BY f.type, f.value) AS said
                   FROM row_references f
                  WHERE f.row_id = p.row_id AND f.version = p.version) o
          WHERE n.said IS DISTINCT FROM o.said AND NOT t.withdrawn AND NOT p.withdrawn
        UNION ALL
         SELECT t.account_id,
            'internal'::side,
            t.external_id,
            t.row_id,
            t.home_date,
            t.version,
            t.batch_id,
            p.currency,
            t.currency,
            n.key,
            o.value,
            n.value
           FROM internal_transactions t
             JOIN internal_transactions p ON p.home_date = t.home_date AND p.row_id = t.row_id AND p.version = (t.version - 1)
             CROSS JOIN LATERAL jsonb_each_text(to_jsonb(t.*)) n(key, value)
             JOIN LATERAL jsonb_each_text(to_jsonb(p.*)) o(key, value) ON o.key = n.key AND o.value IS DISTINCT FROM n.value
          WHERE n.key <> ALL (ARRAY['batch_id'::text, 'version'::text, 'line'::text, 'content_hash'::text])) c
     JOIN accounts a USING (account_id);

create view row_verdicts_now as
 WITH introduced AS (
         SELECT 'processor'::side AS side,
            t.account_id,
            t.home_date,
            t.row_id,
            t.version,
            t.level,
            t.external_id,
            t.kind,
            t.currency,
            t.gross AS amount,
            t.moves_balance,
            t.occurred_at,
            t.merchant_reference,
            t.batch_id
           FROM processor_transactions t
        UNION ALL
         SELECT 'internal'::side,
            t.account_id,
            t.home_date,
            t.row_id,
            t.version,
            'activity'::level,
            t.external_id,
            t.kind,
            t.currency,
            t.amount,
            t.moves_balance,
            t.occurred_at,
            t.merchant_reference,
            t.batch_id
           FROM internal_transactions t
        ), pinned AS (
         SELECT i.side,
            i.account_id,
            i.home_date,
            i.row_id,
            i.version,
            i.level,
            i.external_id,
            i.kind,
            i.currency,
            i.amount,
            i.moves_balance,
            i.occurred_at,
            i.merchant_reference,
            i.batch_id,
            b.introduced_seq,
            row_number() OVER (PARTITION BY i.row_id ORDER BY i.version DESC) AS newest
           FROM introduced i
             JOIN LATERAL ( SELECT t.introduced_seq
                   FROM batch_totals t
                  WHERE t.batch_id = i.batch_id AND t.home_date = i.home_date AND t.side = i.side AND t.disposition <> 'repeat'::disposition AND t.introduced_seq IS NOT NULL
                 LIMIT 1) b ON true
        )
 SELECT a.account,
    p.account_id,
    p.side,
    COALESCE(s.level, p.level) AS level,
    p.external_id,
    p.row_id,
    p.version,
    p.home_date,
    p.kind,
    p.currency,
    p.amount,
    p.moves_balance,
    p.occurred_at,
    p.introduced_seq,
    s.verdict,
    s.rule,
    s.decided_seq,
    s.partner_row_id,
    s.partner_home_date,
    s.differences,
    s.group_id,
    s.cluster_row_id
   FROM pinned p
     JOIN accounts a USING (account_id)
     LEFT JOIN LATERAL ( SELECT l.level,
            l.verdict,
            l.rule,
            l.decided_seq,
            l.partner_row_id,
            l.partner_home_date,
            l.differences,
            l.group_id,
            l.cluster_row_id
           FROM ( SELECT m.level,
                    m.verdict,
                    m.rule,
                    m.decided_seq,
                    m.i_row_id AS partner_row_id,
                    m.i_home_date AS partner_home_date,
                    m.differences,
                    m.group_id,
                    NULL::bigint AS cluster_row_id
                   FROM matches m
                  WHERE m.p_row_id = p.row_id AND m.released_seq IS NULL
                UNION ALL
                 SELECT m.level,
                    m.verdict,
                    m.rule,
                    m.decided_seq,
                    m.p_row_id,
                    m.p_home_date,
                    m.differences,
                    m.group_id,
                    NULL::bigint
                   FROM matches m
                  WHERE m.i_row_id = p.row_id AND m.released_seq IS NULL
                UNION ALL
                 SELECT o.level,
                    v.verdict,
                    v.reason,
                    NULL::bigint,
                    v.partner_row_id,
                    v.partner_home_date,
                    v.differences,
                    NULL::bigint,
                    v.cluster_row_id
                   FROM open_items o
                     CROSS JOIN LATERAL ( SELECT v_1.account_id,
                            v_1.decision_seq,
                            v_1.side,
                            v_1.level,
                            v_1.row_id,
                            v_1.version,
                            v_1.home_date,
                            v_1.verdict,
                            v_1.reason,
                            v_1.partner_row_id,
                            v_1.partner_home_date,
                            v_1.differences,
                            v_1.cluster_row_id
                           FROM row_verdicts v_1
                          WHERE v_1.row_id = o.row_id AND v_1.level = o.level
                          ORDER BY v_1.decision_seq DESC
                         LIMIT 1) v
                  WHERE o.account_id = p.account_id AND (o.level = ANY (ARRAY['activity'::level, 'netting'::level, 'settlement'::level, 'bank'::level])) AND o.row_id = p.row_id) l
          ORDER BY (l.verdict = ANY (ARRAY['matched'::verdict, 'matched_late'::verdict, 'matched_tolerance'::verdict, 'ignored'::verdict])), l.level
         LIMIT 1) s ON true
  WHERE p.newest = 1;

-- Functions

create function add_account_proposal(held accounts, of_kind text, words text, facts jsonb) returns bigint
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 10e7c90d99da2bac002771278f0b4e788cacaaf806f26c751d95251911fe7970
create function add_proposal(of_kind text, subjects bigint[], row_ids bigint[], row_versions integer[], why text, words text, revoked bigint) returns bigint
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 3b56e28787f230ca3cba86a72b031f431165ba2e38cefcd05cedc6ae53fe6815
create function analyze_partition(parent text, on_date date) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 3f55233c75ed17033b9eb98868d3b2cda861b1e00ef235d65080641d4a88aded
create function assign_discrepancy(of_discrepancy bigint, to_login text) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 9d8a190b78d4ace6366ca1bd872db2d65b3146d1563ad3a55db123ce798a3c5f
create function audit_append(chain text, event_key text, body text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 4897a7325fc6661b81fd35e7d59841c078964aa6999b244efb0ad2c85e067da7
create function audit_hold(chain text) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 b5e968d0f33dbc7ff99ac51a7bb384a3403cee5680c3780770243155df42173c
create function audit_lock_head(locked_chain text) returns audit_heads
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 4b991df9e6e0c326efe1ef603b0bb63d5c3401f2d776ab915279f4eeaf81e25c
create function audit_point(chain text, at_seq bigint DEFAULT NULL::bigint) returns TABLE(epoch integer, seq bigint, hash text, at timestamp with time zone)
  language sql stable security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 f09bf7816c70aa065159940643fb6a30582fec6254b624ed1275f55ef7b7a46a
create function audit_refuse() returns trigger
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 3e1c50ea837671c841ed2fc82eb921dcbc55a117114d49d787789b9a91a9dc41
create function audit_row_hash(chain text, epoch integer, seq bigint, prev_hash text, body_sha256 text) returns text
  language sql immutable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 b6134325cb8f183ed8edd80165bd3eb76ccb4e1fdfb077c65fc8b66b7c0ac84a
create function audit_step() returns trigger
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 8aaddea1808e8e3fd652cafcb624b25e564b96658cb371a6b97be4965588f497
create function count_purged(p purges) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 9ae341f9dc0c69ae7553e42147dfad25aadba0be1374e8938cb1db7015fb9acb
create function decide_proposal(of_proposal bigint, seen_sha256 text, approve boolean, words text) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 51ca623c1037a5b37560fd24463e78fb68cdc8af50648d5ac313605f4c9c43cb
create function decide_purge(of_purge bigint, seen_sha256 text, approve boolean, words text) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set lock_timeout=10s
  -- body sha256 100dda9e18abe4be415021523b0ffb41bcb27b5d2dec351171211a4aca6f9665
create function decision_out_of_date() returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 1e30ce57f45c2c0881470cfa566b04686e1e2df131d55d8129fcf00c839408af
create function discrepancy_changes() returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 7020b187aaeaff9439d164bdb04f188636b5bdffa9826185f44ed084270e0272
create function due_day(d discrepancies) returns timestamp with time zone
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 7511570ab85191926d3b4c074310f0d61ce60a713b613af631fa3de3a3549853
create function ensure_partitions(from_date date, to_date date) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 8afcff236c6383e6f900d857ebfcb90bc1975eefe43c55b22c34105d99012169
create function escalate_overdue(as_of timestamp with time zone, count_max integer) returns TABLE(discrepancy_id bigint, account text, severity severity, assignee text, due_at timestamp with time zone, escalation integer)
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 631504675418e44c7d8684132109eda393c7ae268f56ac439f0326e583997f0e
create function evidence_audit_slice(of_run bigint) returns TABLE(epoch integer, seq bigint, body text, prev_hash text, hash text)
  language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 48e4854f0f137cf111232c8b8c591cfdb541fcf019272c79672ecc8ea0e12e3b
create function hold_account(of_account text, of_kind text, words text) returns accounts
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 571f7eaef2f3afda14dc02cf267dfe99005da53c2ca13a3d89750646f55062b2
create function hold_discrepancy(of_discrepancy bigint, needed text) returns discrepancies
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 7189f91429e323add95d26eec49fbddcf1382eefa7af883c69847a29dbed99dd
create function limits_exceeded(who text, p proposals) returns TABLE(currency text, amount numeric, already numeric, amount_max numeric)
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 00f982f409fab7c2d7257b68e5d6e0550509e91d9d3ca5a18a59ca56d3ce8633
create function manual_rows(of_account integer, row_ids bigint[]) returns TABLE(side side, row_id bigint, version integer, external_id text, amount bigint, currency text)
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 727a36fb019edd51ebd3d63a20619613b318fa859ed8b93c651bad6242657f98
create function money_given_up(of_kind text, of_body text) returns TABLE(currency text, amount numeric)
  language sql immutable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 45d531746ba471fc231b2f9b1b7f0a64f77c15507d58bae48a8766cf36c06856
create function note_discrepancy(of_discrepancy bigint, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 6d1f9429dbe8e5bb4f6037acd0ab2065e58aea81e0782112e47f4741d2ea3687
create function note_event(of_discrepancy bigint, what text, words text) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 80f6ef53c94a369c417c8e046afde5d27ba91838c8a53f9f3ebcb56ab83516a0
create function note_in_audit(chain text, event_key text, body jsonb) returns void
  language sql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 681182d99b60e53d0544a43003409bb473427a0393647d6c99d9da25fd241ec6
create function note_opening(of_run bigint, what text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 3a8d1e856443439d21878147947f4c2cc3d1b7f0b52203a10cd5e45b7e50f0be
create function period_facts(of_account integer, new_through date) returns jsonb
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 b0c0a15b290a29b9e65c78d3a4880a6790e5a34b6d1af18f8e123ecb0a935bcc
create function place_hold(on_account text, because text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 8360206f920db49f9f2eb84d7ab6466a6d0f5e53a4c5957bccacbb0ba643a000
create function proposals_out_of_date() returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 e93c49ad387b1f010cc571bd204bd0c82f4c33dd016543ac3924f39a787f49b0
create function propose_decision(of_kind text, of_discrepancy bigint, why text, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 ec95643ca6631d1feebd2883e75b90f6a73d2672da369702076aaef37daa5a7c
create function propose_match(of_account text, of_discrepancies bigint[], sides side[], ids text[], why text, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 9cc97c23a7d4978dc79f1995079cda8ce978c607311a44a49c83d2e20bfb0388
create function propose_period(of_account text, new_through date, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 e2023da6cecbe36a73165ad89d85e4a48184093450d726b8aae99baf32308c16
create function propose_purge(before date, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 0c6014debb52db500db20ca7c86417cea94c46508128bac383ec1aada74a50be
create function propose_rule_set(of_account text, canonical text, words text) returns bigint
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 47399a7f5902a07c7fc792f86fea04aa4e37805f292a1ea03feda63b3587f830
create function purge_body(before date) returns text
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 5db5c11e4e9b228505741aee5e4e4a9179f1793ea873a0568e83eeedaf978063
create function purge_packages(first_month date, before date) returns TABLE(account text, run_date date, run_number integer, manifest_sha256 text)
  language sql stable security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 235e8ad8e236555a163537c337e872aeffe356f5fda1fc0423fd5c19fbe724d7
create function purge_plan(before date) returns TABLE(month date, processor_rows bigint, internal_rows bigint, stays text)
  language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 a071cf8451620fb876c7aea4c88be7cd815e873d11b4cf8a0f640aea65d7279a
create function put_in_force(p proposals) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 44b555c412c3b63dd55bb5cd733a41d81609ba7c1f50cd590ec26ce14636e1e9
create function record_manual_decision(decided_account integer, decided_kind text, decided_level level, because text, decided_rows bigint[], decided_versions integer[]) returns bigint
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 6d04933dceaca4a2b99240b0cc9233aca88a89e5bec98cb1830e3c76d3a24c02
create function refuse_if_proposed(d discrepancies) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 fa60a1bfec16fac67022e4156263fbe834113edbebe854c0547259afd03a3c81
create function refuse_locked_day() returns trigger
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 8bfae9094e8c7f0b1d4accfaeb02a2604b80fff33bea261c5a14d1e79abfd67f
create function refuse_purged_decision() returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 bf92eb0dbf3fe4ba8ef5a58917182fb8c07458735f82b91936b57146d27c33e5
create function refuse_purged_run() returns trigger
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 aa232b7d22721aedcee56d73b65eeba8acfe5ee563e7bb699894147c0c3521f1
create function register_person(who text, as_roles text[], everywhere boolean, only_accounts text[], limits jsonb DEFAULT '[]'::jsonb) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 f0286e4425cdc4a6c129c2e473913121f79a356a85eb57d1ff14405a3a8915b3
create function release_hold(of_hold bigint, because text) returns void
  language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp
  -- body sha256 809232101beede0687c7e5db02dbbb2e981850fd6d1c0e2f56cf1927b75f2dda
create function remove_months(p purges) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 2d43c0e82535625aaa847d00ecb0a8ead02222cc55c74d65e0b5dfde49769165
create function require_days_done(of_account integer, from_date date, new_through date) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 5c3886b52b4eb775f96e4885b4ffb1735f53808c9674f863db369b7f229fcc4b
create function require_person(needed text, of_account text) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 b2c91c4969d618272c05adcdca2f3c72e9c793ba0bb407c317f33ff85f633662
create function require_person_of_all(needed text) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 c3d21af361fe4ae6d15cd3cca8aa855f590153f2972eea89650f0d65e053f288
create function require_unchanged(p proposals) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 67e8ba9cdc36732ac7168f4a73581398eb53e6bbc5019a1d326fadd6a9f4490b
create function require_within_limits(p proposals) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 c5e48a936912e1c4ccb084dd90fa018e3afc88abdf00028728f2457d74489163
create function revoke_manual_decision(revoked_decision bigint, because text) returns void
  language plpgsql volatile security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 84713d7eae90f59a9e0a533d9a6dce63fa96e88c6aad9ac9edcc51eddd49a029
create function rows_of_discrepancy(d discrepancies) returns TABLE(side side, row_id bigint, version integer, home_date date)
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 bd174b1ad64a4b9a892dca6254eda31dcc629395ce4de9585a03e81f65566cbf
create function rule_set_in_force(of_account integer) returns text
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 f72e3dd0a3594ad648328b27173c3d7f5cac8fdb095cb52654eda0f87f6a16ac
create function says_what_is_so(p proposals) returns boolean
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 5e3e0e2225c35a1326aa7f7ca9635a920915d6701cc3813699cd972ee815f673
create function why_all_stay(before date) returns text
  language sql stable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 fe72994132a1754503182b7300b48c52fce72b2059e3101f93c88187176ac97d
create function why_month_stays(of_month date, before date) returns text
  language plpgsql stable security invoker set search_path=pg_catalog, public, pg_temp set plan_cache_mode=force_custom_plan
  -- body sha256 824ff98ced6e2d2c2145f1469703a21fc6b70f4eaa53f9296adc475d97344193
create function words_of_state(d discrepancies) returns text
  language sql immutable security invoker set search_path=pg_catalog, public, pg_temp
  -- body sha256 61df1a18433263f15791cb544fe1ceed9d15f93e8912e43b96fa103036f8a424

-- Grants

grant usage on schema public to public;
grant create, usage on schema public to recon_owner;
grant select on accounts to recon_approver;
grant select on accounts to recon_auditor;
grant select on accounts to recon_operator;
grant insert, select, update on accounts to recon_worker;
grant select on audit_heads to recon_auditor;
grant select on audit_log to recon_auditor;
grant select on balance_readings to recon_approver;
grant select on balance_readings to recon_auditor;
grant select on balance_readings to recon_operator;
grant insert, select on balance_readings to recon_worker;
grant select on batch_totals to recon_approver;
grant select on batch_totals to recon_auditor;
grant select on batch_totals to recon_operator;
grant insert, select, update on batch_totals to recon_worker;
grant select on batches to recon_approver;
grant select on batches to recon_auditor;
grant select on batches to recon_operator;
grant insert, select, update on batches to recon_worker;
grant select on data_quality_checks to recon_approver;
grant select on data_quality_checks to recon_auditor;
grant select on data_quality_checks to recon_operator;
grant insert, select on data_quality_checks to recon_worker;
grant select on decision_reasons to recon_approver;
grant select on decision_reasons to recon_auditor;
grant select on decision_reasons to recon_operator;
grant select on decision_reasons to recon_worker;
grant select on discrepancies to recon_approver;
grant select on discrepancies to recon_auditor;
grant select on discrepancies to recon_operator;
grant insert, select, update (amount, balanced, changed_seq, closed_by, closed_seq, currency, differences, kind, members, partner_external_id, reason, severity, severity_reason, state, surplus, verdict) on discrepancies to recon_worker;
grant select on discrepancy_deadlines to recon_approver;
grant select on discrepancy_deadlines to recon_auditor;
grant select on discrepancy_deadlines to recon_operator;
grant select on discrepancy_deadlines to recon_worker;
grant select on discrepancy_events to recon_approver;
grant select on discrepancy_events to recon_auditor;
grant select on discrepancy_events to recon_operator;
grant insert, select on discrepancy_events to recon_worker;
grant select on discrepancy_notes to recon_approver;
grant select on discrepancy_notes to recon_auditor;
grant select on discrepancy_notes to recon_operator;
grant select on discrepancy_notes to recon_worker;
grant select on evidence to recon_auditor;
grant insert, select on evidence to recon_worker;
grant select on expected_runs to recon_approver;
grant select on expected_runs to recon_auditor;
grant select on expected_runs to recon_operator;
grant insert, select, update on expected_runs to recon_worker;
grant select on fetch_shards to recon_approver;
grant select on fetch_shards to recon_auditor;
grant select on fetch_shards to recon_operator;
grant insert, select, update on fetch_shards to recon_worker;
grant select on internal_transactions to recon_approver;
grant select on internal_transactions to recon_auditor;
grant select on internal_transactions to recon_operator;
grant insert, select on internal_transactions to recon_worker;
grant select on legal_holds to recon_approver;
grant select on legal_holds to recon_auditor;
grant select on legal_holds to recon_operator;
grant select on manual_decision_rows to recon_approver;
grant select on manual_decision_rows to recon_auditor;
grant select on manual_decision_rows to recon_operator;
grant select on manual_decision_rows to recon_worker;
grant select on manual_decisions to recon_approver;
grant select on manual_decisions to recon_auditor;
grant select on manual_decisions to recon_operator;
grant select, update (stale_seq) on manual_decisions to recon_worker;
grant select on matches to recon_approver;
grant select on matches to recon_auditor;
grant select on matches to recon_operator;
grant insert, select, update (released_seq) on matches to recon_worker;
grant select on notifications to recon_approver;
grant select on notifications to recon_auditor;
grant select on notifications to recon_operator;
grant insert, select, update on notifications to recon_worker;
grant select on open_items to recon_approver;
grant select on open_items to recon_auditor;
grant select on open_items to recon_operator;
grant delete, insert, select, update on open_items to recon_worker;
grant select on payout_entries to recon_approver;
grant select on payout_entries to recon_auditor;
grant select on payout_entries to recon_operator;
grant insert, select on payout_entries to recon_worker;
grant select on payout_groups to recon_approver;
grant select on payout_groups to recon_auditor;
grant select on payout_groups to recon_operator;
grant insert, select on payout_groups to recon_worker;
grant select on payout_sums to recon_approver;
grant select on payout_sums to recon_auditor;
grant select on payout_sums to recon_operator;
grant insert, select on payout_sums to recon_worker;
grant select on people to recon_admin;
grant select on people to recon_approver;
grant select on people to recon_auditor;
grant select on people to recon_operator;
grant select on people to recon_worker;
grant select on period_locks to recon_approver;
grant select on period_locks to recon_auditor;
grant select on period_locks to recon_operator;
grant select on period_locks to recon_worker;
grant select on person_accounts to recon_admin;
grant select on person_accounts to recon_approver;
grant select on person_accounts to recon_auditor;
grant select on person_accounts to recon_operator;
grant select on person_accounts to recon_worker;
grant select on processor_transactions to recon_approver;
grant select on processor_transactions to recon_auditor;
grant select on processor_transactions to recon_operator;
grant insert, select on processor_transactions to recon_worker;
grant select on proposal_subjects to recon_approver;
grant select on proposal_subjects to recon_auditor;
grant select on proposal_subjects to recon_operator;
grant select on proposal_subjects to recon_worker;
grant select on proposals to recon_approver;
grant select on proposals to recon_auditor;
grant select on proposals to recon_operator;
grant select on proposals to recon_worker;
grant select on purged_months to recon_approver;
grant select on purged_months to recon_auditor;
grant select on purged_months to recon_operator;
grant select on purged_months to recon_worker;
grant select on purges to recon_approver;
grant select on purges to recon_auditor;
grant select on purges to recon_operator;
grant select on quarantined_rows to recon_approver;
grant select on quarantined_rows to recon_auditor;
grant select on quarantined_rows to recon_operator;
grant insert, select on quarantined_rows to recon_worker;
grant select on rate_limits to recon_approver;
grant select on rate_limits to recon_auditor;
grant select on rate_limits to recon_operator;
grant insert, select, update on rate_limits to recon_worker;
grant select on reconciliation_run_population to recon_approver;
grant select on reconciliation_run_population to recon_auditor;
grant select on reconciliation_run_population to recon_operator;
grant insert, select on reconciliation_run_population to recon_worker;
grant select on reconciliation_run_totals to recon_approver;
grant select on reconciliation_run_totals to recon_auditor;
grant select on reconciliation_run_totals to recon_operator;
grant insert, select on reconciliation_run_totals to recon_worker;
grant select on reconciliation_run_verdicts to recon_approver;
grant select on reconciliation_run_verdicts to recon_auditor;
grant select on reconciliation_run_verdicts to recon_operator;
grant insert, select on reconciliation_run_verdicts to recon_worker;
grant select on reconciliation_runs to recon_approver;
grant select on reconciliation_runs to recon_auditor;
grant select on reconciliation_runs to recon_operator;
grant insert, select, update on reconciliation_runs to recon_worker;
grant select on row_changes to recon_approver;
grant select on row_changes to recon_auditor;
grant select on row_changes to recon_operator;
grant select on row_changes to recon_worker;
grant select on row_references to recon_approver;
grant select on row_references to recon_auditor;
grant select on row_references to recon_operator;
grant insert, select on row_references to recon_worker;
grant select on row_verdicts to recon_approver;
grant select on row_verdicts to recon_auditor;
grant select on row_verdicts to recon_operator;
grant insert, select on row_verdicts to recon_worker;
grant select on row_verdicts_now to recon_approver;
grant select on row_verdicts_now to recon_auditor;
grant select on row_verdicts_now to recon_operator;
grant select on row_verdicts_now to recon_worker;
grant select on rule_set_activations to recon_approver;
grant select on rule_set_activations to recon_auditor;
grant select on rule_set_activations to recon_operator;
grant select on rule_set_activations to recon_worker;
grant select on rule_sets to recon_approver;
grant select on rule_sets to recon_auditor;
grant select on rule_sets to recon_operator;
grant insert, select on rule_sets to recon_worker;
grant select on run_batches to recon_approver;
grant select on run_batches to recon_auditor;
grant select on run_batches to recon_operator;
grant insert, select on run_batches to recon_worker;
grant select on schema_migrations to recon_approver;
grant select on schema_migrations to recon_auditor;
grant select on schema_migrations to recon_operator;
grant select on schema_migrations to recon_worker;
grant usage on sequence match_group_ids to recon_worker;
grant usage on sequence row_ids to recon_worker;
grant select on severity_deadlines to recon_approver;
grant select on severity_deadlines to recon_auditor;
grant select on severity_deadlines to recon_operator;
grant select on severity_deadlines to recon_worker;
grant select on snapshot_rows to recon_approver;
grant select on snapshot_rows to recon_auditor;
grant select on snapshot_rows to recon_operator;
grant delete, insert, select on snapshot_rows to recon_worker;
grant select on transaction_ids to recon_approver;
grant select on transaction_ids to recon_auditor;
grant select on transaction_ids to recon_operator;
grant insert, select on transaction_ids to recon_worker;
grant select on transaction_ids_0 to recon_approver;
grant select on transaction_ids_0 to recon_auditor;
grant select on transaction_ids_0 to recon_operator;
grant select on transaction_ids_0 to recon_worker;
grant select on transaction_ids_1 to recon_approver;
grant select on transaction_ids_1 to recon_auditor;
grant select on transaction_ids_1 to recon_operator;
grant select on transaction_ids_1 to recon_worker;
grant select on transaction_ids_2 to recon_approver;
grant select on transaction_ids_2 to recon_auditor;
grant select on transaction_ids_2 to recon_operator;
grant select on transaction_ids_2 to recon_worker;
grant select on transaction_ids_3 to recon_approver;
grant select on transaction_ids_3 to recon_auditor;
grant select on transaction_ids_3 to recon_operator;
grant select on transaction_ids_3 to recon_worker;
grant select on write_off_limits to recon_admin;
grant select on write_off_limits to recon_approver;
grant select on write_off_limits to recon_auditor;
grant select on write_off_limits to recon_operator;
grant select on write_off_limits to recon_worker;
grant execute on function analyze_partition(parent text, on_date date) to recon_worker;
grant execute on function assign_discrepancy(of_discrepancy bigint, to_login text) to recon_operator;
grant execute on function audit_append(chain text, event_key text, body text) to recon_worker;
grant execute on function audit_hold(chain text) to recon_worker;
grant execute on function audit_point(chain text, at_seq bigint) to recon_auditor;
grant execute on function audit_point(chain text, at_seq bigint) to recon_worker;
grant execute on function decide_proposal(of_proposal bigint, seen_sha256 text, approve boolean, words text) to recon_approver;
grant execute on function decide_purge(of_purge bigint, seen_sha256 text, approve boolean, words text) to recon_approver;
grant execute on function ensure_partitions(from_date date, to_date date) to recon_worker;
grant execute on function escalate_overdue(as_of timestamp with time zone, count_max integer) to recon_worker;
grant execute on function evidence_audit_slice(of_run bigint) to recon_auditor;
grant execute on function evidence_audit_slice(of_run bigint) to recon_worker;
grant execute on function note_discrepancy(of_discrepancy bigint, words text) to recon_operator;
grant execute on function note_opening(of_run bigint, what text) to recon_approver;
grant execute on function note_opening(of_run bigint, what text) to recon_auditor;
grant execute on function note_opening(of_run bigint, what text) to recon_operator;
grant execute on function note_opening(of_run bigint, what text) to recon_worker;
grant execute on function place_hold(on_account text, because text) to recon_operator;
grant execute on function propose_decision(of_kind text, of_discrepancy bigint, why text, words text) to recon_operator;
grant execute on function propose_match(of_account text, of_discrepancies bigint[], sides side[], ids text[], why text, words text) to recon_operator;
grant execute on function propose_period(of_account text, new_through date, words text) to recon_operator;
grant execute on function propose_purge(before date, words text) to recon_operator;
grant execute on function propose_rule_set(of_account text, canonical text, words text) to recon_operator;
grant execute on function purge_packages(first_month date, before date) to recon_approver;
grant execute on function purge_packages(first_month date, before date) to recon_auditor;
grant execute on function purge_packages(first_month date, before date) to recon_operator;
grant execute on function purge_plan(before date) to recon_approver;
grant execute on function purge_plan(before date) to recon_auditor;
grant execute on function purge_plan(before date) to recon_operator;
grant execute on function register_person(who text, as_roles text[], everywhere boolean, only_accounts text[], limits jsonb) to recon_admin;
grant execute on function release_hold(of_hold bigint, because text) to recon_approver;

-- Anything else

-- none
