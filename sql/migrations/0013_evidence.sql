-- Where the evidence package of a run stands, and the digest of its manifest. One row a run, written once, when the package
-- is whole: a closed run without one is still to be sealed. What the store holds is held against this row.
create table evidence (
  run_id bigint primary key references reconciliation_runs,
  manifest_sha256 text collate "C" not null check (manifest_sha256 ~ '^[0-9a-f]{64}$'),
  location text not null check (location <> ''),
  sealed_at timestamptz not null default now()
);
grant select on evidence to recon_worker, recon_auditor;
grant insert on evidence to recon_worker;

-- The part of an account's audit chain that belongs to a run: without a gap from the end of the run before it, so that what people
-- decided in between is in it, to the last that was said of this one but its sealing and who opened it: sealing again gives the same
-- bytes, whoever looked meanwhile. For the worker, who may not read the log as a whole.
create function evidence_audit_slice(of_run bigint)
returns table (epoch integer, seq bigint, body text, prev_hash text, hash text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  run_chain text;
  run_key text;
  first_own record;
  last_own record;
  last_before record;
begin
  select r.account, 'run/' || r.run_date || '#' || r.run_number || '/' into run_chain, run_key
  from reconciliation_runs r where r.run_id = of_run;
  select l.epoch, l.seq into first_own from audit_log l
  where l.chain = run_chain and starts_with(l.event_key, run_key) and l.event_key <> run_key || 'evidence'
    and not starts_with(l.event_key, run_key || 'opening/')
  order by l.epoch, l.seq limit 1;
  if not found then
    return;
  end if;
  select l.epoch, l.seq into last_own from audit_log l
  where l.chain = run_chain and starts_with(l.event_key, run_key) and l.event_key <> run_key || 'evidence'
    and not starts_with(l.event_key, run_key || 'opening/')
  order by l.epoch desc, l.seq desc limit 1;
  select l.epoch, l.seq into last_before from audit_log l
  where l.chain = run_chain and (l.epoch, l.seq) < (first_own.epoch, first_own.seq)
    and l.event_key ~ '^run/[^/]+/(completed|failed|cancelled)$'
  order by l.epoch desc, l.seq desc limit 1;
  return query
    select l.epoch, l.seq, l.body, l.prev_hash, l.hash from audit_log l
    where l.chain = run_chain and (l.epoch, l.seq) > (coalesce(last_before.epoch, 0), coalesce(last_before.seq, 0))
      and (l.epoch, l.seq) <= (last_own.epoch, last_own.seq)
    order by l.epoch, l.seq;
end $$;
revoke all on function evidence_audit_slice(bigint) from public;
grant execute on function evidence_audit_slice(bigint) to recon_worker, recon_auditor;
