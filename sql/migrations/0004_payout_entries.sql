-- What payouts say that they paid out: assignments of rows to payouts, insert-only, never rows of their own and never a reason
-- for a version. The newest payout of a row is its entry of the highest version here, else the payout_id of its newest
-- version that has one: an assignment that the row itself brought is not written down twice.
create table payout_entries (
  -- Said by this read, so introduced by the decision that introduced it.
  batch_id bigint not null,
  -- As the payout counts it; null where only a row without a net said so.
  net bigint,
  account_id integer not null,
  version integer not null,
  currency text collate "C" not null,
  -- Of the row that was paid out, which may be staged later than the payout or never.
  external_id text collate "C" not null,
  payout_id text collate "C" not null,
  primary key (external_id, account_id, version)
);
create index payout_entries_by_payout on payout_entries (payout_id, account_id);

grant select, insert on payout_entries to recon_worker;
grant select on payout_entries to recon_auditor;
