-- Who opened a report or took the evidence of a run, in the audit chain of its account. For everybody who may read them, auditors too:
-- that somebody looked is the one thing that is written by looking.

-- Says that whoever is logged in opened something, before it is given out; answers with the number of the event. Each time is an event
-- of its own, but one a minute for each person, run and word is enough: a loop may not fill the chain.
create function note_opening(of_run bigint, what text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  time_format constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  said_once_in constant interval := '1 minute';
  run record;
  key_start text;
  told_at timestamptz;
  known bigint;
begin
  if what is null or what not in ('report_opened', 'report_linked', 'evidence_exported') then
    raise exception '% is none of report_opened, report_linked, evidence_exported', coalesce(what, 'nothing');
  end if;
  -- Not by casting the date to text, which depends on the caller's settings.
  select r.account, to_char(r.run_date, 'YYYY-MM-DD') || '#' || r.run_number as name, r.report_key is not null as has_report,
         exists (select from evidence e where e.run_id = r.run_id) as is_sealed
  into run from reconciliation_runs r where r.run_id = of_run;
  if not found then
    raise exception 'there is no run %', coalesce(of_run::text, 'without a number');
  end if;
  if what = 'evidence_exported' and not run.is_sealed then
    raise exception 'the evidence of run %/% is not sealed: there is nothing to open', run.account, run.name;
  end if;
  if what <> 'evidence_exported' and not run.has_report then
    raise exception 'run %/% has no report: there is nothing to open', run.account, run.name;
  end if;

  -- First, so that two at once are one after the other.
  perform audit_lock_head(run.account);
  -- The login by its digest: a key has no blanks, and a login may.
  key_start := format('run/%s/opening/%s/%s/', run.name, what, left(encode(sha256(convert_to(session_user, 'UTF8')), 'hex'), 16));
  told_at := clock_timestamp();
  select l.seq into known from audit_log l
  where l.chain = run.account
    and l.event_key > key_start || to_char((told_at - said_once_in) at time zone 'UTC', time_format) and l.event_key < key_start || ':'
  order by l.event_key desc limit 1;
  if found then
    return known;
  end if;
  return audit_append(run.account, key_start || to_char(told_at at time zone 'UTC', time_format),
    json_build_object('event', what, 'run', run.account || '/' || run.name)::text);
end $$;
revoke all on function note_opening(bigint, text) from public;
grant execute on function note_opening(bigint, text) to recon_operator, recon_approver, recon_auditor, recon_worker;
