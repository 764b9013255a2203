-- How fast each account may ask its processor: one row that every worker and backfill takes its requests from. It holds
-- times, never counts of the past; PostgreSQL's clock alone decides.
create table rate_limits (
  -- By name, without a foreign key: a source is asked before its account has its first run.
  account text primary key,
  -- When the bucket is full again. Each request takes it one interval further; what lies in the past has no meaning.
  spent_until timestamptz not null default now(),
  -- Requests of the latest lease, for the statement that took it.
  leased integer not null default 0,
  -- Nobody asks before this: the processor refused. Null where it never did.
  blocked_until timestamptz,
  -- How long the latest refusal that named no time held everybody up.
  back_off interval not null default '0'
);
grant select on rate_limits to recon_worker, recon_auditor;
grant insert, update on rate_limits to recon_worker;
