-- What payouts paid out, as far as runs have counted it. Everything here is insert-only, with the decision that added it: so the
-- settlement of a payout can be seen as of any decision.

-- A run's own pin: whether a payout without entries needs a person.
alter table reconciliation_runs add column payouts_itemised boolean not null default true;

-- The decision from which on the assignments of this read count. Null: not yet.
alter table batches add column entries_seq bigint;
create index payout_entries_by_batch on payout_entries (account_id, batch_id);

-- What each decision added to the entries of a payout, a currency and view; what moves to another payout is taken off here.
-- Kept as sums, because the entries of a payout are looked for by nobody else and an index over all rows would cost every run.
create table payout_sums (
  account_id integer not null,
  payout_id text collate "C" not null,
  currency text collate "C" not null,
  -- The view in which the entries stand: two views of the same money are never added.
  level level not null,
  decision_seq bigint not null,
  entries bigint not null,
  net numeric(38, 0) not null,
  -- Of the entries' ids and amounts, whatever their order.
  digest numeric(38, 0) not null,
  last_occurred_at timestamptz,
  primary key (account_id, payout_id, currency, level, decision_seq)
);
grant select, insert on payout_sums to recon_worker;
grant select on payout_sums to recon_auditor;

-- Which group explains a payout since which decision, so that what touches the payout later finds what it re-opens.
create table payout_groups (
  account_id integer not null,
  payout_id text collate "C" not null,
  currency text collate "C" not null,
  decided_seq bigint not null,
  group_id bigint not null,
  primary key (account_id, payout_id, currency, decided_seq)
);
grant select, insert on payout_groups to recon_worker;
grant select on payout_groups to recon_auditor;

-- taken_up: rows of the activity level that settlement counts as well, from the run on that first needs them there.
alter table reconciliation_run_totals drop constraint reconciliation_run_totals_term_check;
alter table reconciliation_run_totals add constraint reconciliation_run_totals_term_check
  check (term in ('open_before', 'introduced', 'taken_up', 'version_delta', 'reopened', 'closed', 'open_after'));

-- At risk in a cluster or a payout is a sum of rows, and sums are not bounded as a row is.
alter table discrepancies alter column amount type numeric(38, 0);
