-- What is removed, and what keeps it from being removed: whole months of rows that nobody needs any more, by a proposal that a second
-- person approves, and never what is open, on hold, or not yet in a sealed package. Runs, verdicts, groups, totals, decisions, reports
-- and the audit log stay: what goes is the rows themselves, with their further references.

-- Somebody has to keep an account's rows: a court, an auditor, an open case.
create table legal_holds (
  hold_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  reason text not null check (btrim(reason) <> '' and char_length(reason) <= 500),
  placed_by text not null default session_user references people,
  placed_at timestamptz not null default now(),
  released_by text references people,
  released_at timestamptz,
  released_reason text check (btrim(released_reason) <> '' and char_length(released_reason) <= 500),
  constraint released_by_another check (released_by <> placed_by),
  check (num_nulls(released_by, released_at, released_reason) in (0, 3))
);
create index legal_holds_in_force on legal_holds (account_id) where released_at is null;

create table purges (
  purge_id bigint generated always as identity primary key,
  before date not null,
  -- What is decided, word for word; its hash is what a decision names.
  body text not null,
  sha256 text not null check (sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
  because text not null check (btrim(because) <> '' and char_length(because) <= 500),
  status text not null default 'pending' check (status in ('pending', 'done', 'rejected')),
  proposed_by text not null default session_user references people,
  proposed_at timestamptz not null default now(),
  decided_by text references people,
  decided_at timestamptz,
  decided_because text check (btrim(decided_because) <> '' and char_length(decided_because) <= 500),
  constraint four_eyes check (decided_by <> proposed_by),
  check (num_nulls(decided_by, decided_at, decided_because) in (0, 3)),
  check ((status = 'pending') = (decided_by is null))
);

-- The months that are gone, so that nobody takes their rows for lost, nor makes the month anew.
create table purged_months (
  month date primary key check (extract(day from month) = 1),
  purge_id bigint not null references purges,
  processor_rows bigint not null,
  internal_rows bigint not null,
  purged_at timestamptz not null default now()
);

-- A month of rows holds all accounts: only who may act on all of them may have it removed.
create function require_person_of_all(needed text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select 1 from people p where p.login = session_user and not p.all_accounts) then
    raise exception '% may not act on all accounts, and a month holds the rows of all', session_user;
  end if;
  perform require_person(needed, null);
end $$;
revoke all on function require_person_of_all(text) from public;

-- Whoever may act on the account may keep its rows from being removed.
create function place_hold(on_account text, because text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  of_account_id integer;
  new_hold bigint;
begin
  select account_id into of_account_id from accounts where account = on_account;
  if not found then
    raise exception 'there is no account %', coalesce(on_account, 'without a name');
  end if;
  perform require_person('operator', on_account);
  if coalesce(btrim(because), '') = '' or char_length(because) > 500 then
    raise exception 'say why in 1 to 500 characters: it is kept for the auditor';
  end if;
  -- As a purge does, which then sees the hold or has ended.
  perform from accounts where account_id = of_account_id for no key update;
  insert into legal_holds (account_id, reason) values (of_account_id, because) returning hold_id into new_hold;
  perform note_in_audit(on_account, 'hold/' || new_hold || '/placed', jsonb_build_object(
    'event', 'hold_placed', 'hold', new_hold, 'because', because, 'actor', session_user));
  return new_hold;
end $$;
revoke all on function place_hold(text, text) from public;

-- Lets every hold of an account go that somebody else placed, and answers with how many.
create function release_hold(on_account text, because text) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  of_account_id integer;
  released bigint;
  count_released integer := 0;
begin
  select account_id into of_account_id from accounts where account = on_account;
  if not found then
    raise exception 'there is no account %', coalesce(on_account, 'without a name');
  end if;
  perform require_person('approver', on_account);
  if coalesce(btrim(because), '') = '' or char_length(because) > 500 then
    raise exception 'say why in 1 to 500 characters: it is kept for the auditor';
  end if;
  perform from accounts where account_id = of_account_id for no key update;
  if exists (select 1 from legal_holds where account_id = of_account_id and released_at is null and placed_by = session_user) then
    raise exception 'a hold on % is your own: another person has to release it', on_account;
  end if;
  for released in
    update legal_holds set released_by = session_user, released_at = now(), released_reason = because
    where account_id = of_account_id and released_at is null returning hold_id
  loop
    count_released := count_released + 1;
    perform note_in_audit(on_account, 'hold/' || released || '/released', jsonb_build_object(
      'event', 'hold_released', 'hold', released, 'because', because, 'actor', session_user));
  end loop;
  if count_released = 0 then
    raise exception 'there is no hold on %', on_account;
  end if;
  return count_released;
end $$;
revoke all on function release_hold(text, text) from public;

-- Why a month has to stay; null where nothing keeps it. The first reason that holds.
create function why_month_stays(of_month date, before date) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with bounds as (select of_month as first, (of_month + interval '1 month')::date as past)
  select coalesce(
    (select 'on hold: ' || string_agg(distinct a.account, ', ' order by a.account)
     from legal_holds h join accounts a using (account_id), bounds m
     where h.released_at is null and exists (
       select 1 from batch_totals t where t.account_id = h.account_id and t.home_date >= m.first and t.home_date < m.past)),
    (select count(*) || ' row(s) are open' from open_items o, bounds m
     where o.home_date >= m.first and o.home_date < m.past having count(*) > 0),
    (select count(*) || ' difference(s) are open' from discrepancies d, bounds m
     where d.state not in ('closed', 'resolved', 'written_off') and (
       d.business_date >= m.first and d.business_date < m.past
       or exists (select 1 from matches x where d.anchor_row_id in (x.p_row_id, x.i_row_id) and x.account_id = d.account_id and x.released_seq is null
                  and (x.p_home_date >= m.first and x.p_home_date < m.past or x.i_home_date >= m.first and x.i_home_date < m.past)))
     having count(*) > 0),
    (select count(*) || ' group(s) stand in for duplicates, which every run looks at again' from matches x, bounds m
     where x.released_seq is null and x.rule = 'duplicate'
       and (x.p_home_date >= m.first and x.p_home_date < m.past or x.i_home_date >= m.first and x.i_home_date < m.past)
     having count(*) > 0),
    (select count(*) || ' read(s) were never decided by a run' from (
       select distinct t.batch_id from batch_totals t, bounds m
       where t.home_date >= m.first and t.home_date < m.past and t.introduced_seq is null and t.disposition <> 'repeat') never
     having count(*) > 0),
    (select count(*) || ' group(s) have rows of ' || why_month_stays.before || ' or later' from (
       select coalesce(x.group_id, -coalesce(x.p_row_id, x.i_row_id)) as id
       from matches x left join matches y on y.group_id = x.group_id and y.released_seq is null, bounds m
       where x.released_seq is null
         and (x.p_home_date >= m.first and x.p_home_date < m.past or x.i_home_date >= m.first and x.i_home_date < m.past)
         and greatest(x.p_home_date, x.i_home_date, y.p_home_date, y.i_home_date) >= why_month_stays.before
       group by 1) reaching
     having count(*) > 0),
    (select count(*) || ' run(s) have no sealed package, such as ' || min(r.account || '/' || r.run_date || '#' || r.run_number)
     from reconciliation_runs r, bounds m
     where not exists (select 1 from evidence e where e.run_id = r.run_id)
       and (r.run_date < why_month_stays.before or r.decision_seq in (
         select t.introduced_seq from batch_totals t
         where t.account_id = r.account_id and t.home_date >= m.first and t.home_date < m.past))
     having count(*) > 0))
$$;
revoke all on function why_month_stays(date, date) from public;

-- The months of rows that end before a day, the oldest first, each with what it holds and why it stays, if it does.
create function purge_plan(before date) returns table (month date, processor_rows bigint, internal_rows bigint, stays text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  -- A source reads what changed in the last 365 days (Square): what it may still send has to be there.
  kept_min constant interval := '13 months';
  found_month text;
begin
  if purge_plan.before is null or purge_plan.before > current_date - kept_min then
    raise exception 'the rows of the last 13 months stay: name a day until %', (current_date - kept_min)::date;
  end if;
  for found_month in
    select right(c.relname, 6) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.processor_transactions'::regclass and c.relname ~ '^processor_transactions_[0-9]{6}$' order by 1
  loop
    month := to_date(found_month, 'YYYYMM');
    exit when month + interval '1 month' > purge_plan.before;
    execute format('select count(*) from public.%I', 'processor_transactions_' || found_month) into processor_rows;
    execute format('select count(*) from public.%I', 'internal_transactions_' || found_month) into internal_rows;
    stays := why_month_stays(month, purge_plan.before);
    return next;
  end loop;
end $$;
revoke all on function purge_plan(date) from public;

-- What would be removed now, word for word; null where nothing would.
create function purge_body(before date) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select jsonb_build_object('before', purge_body.before, 'months', jsonb_agg(jsonb_build_object(
    'month', to_char(p.month, 'YYYY-MM'), 'processorRows', p.processor_rows, 'internalRows', p.internal_rows) order by p.month))::text
  from purge_plan(purge_body.before) p where p.stays is null having count(*) > 0
$$;
revoke all on function purge_body(date) from public;

-- Proposes to remove the rows of every month before a day that nothing keeps.
create function propose_purge(before date, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  proposed_body text;
  new_purge bigint;
begin
  perform require_person_of_all('operator');
  if coalesce(btrim(words), '') = '' or char_length(words) > 500 then
    raise exception 'say why in 1 to 500 characters: it is kept for the auditor';
  end if;
  proposed_body := purge_body(propose_purge.before);
  if proposed_body is null then
    raise exception 'no month before % can be removed: recon purge --dry-run says why', propose_purge.before;
  end if;
  insert into purges (before, body, sha256, because)
  values (propose_purge.before, proposed_body, encode(sha256(convert_to(proposed_body, 'UTF8')), 'hex'), words)
  returning purge_id into new_purge;
  perform note_in_audit('system', 'purge/' || new_purge || '/proposed', jsonb_build_object(
    'event', 'purge_proposed', 'purge', new_purge, 'body', proposed_body::jsonb, 'because', words, 'actor', session_user));
  return new_purge;
end $$;
revoke all on function propose_purge(date, text) from public;

-- Removes one month of rows, of all accounts, and tells it in each account's own chain.
create function remove_month(of_month date, of_purge bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  suffix constant text := to_char(of_month, '_YYYYMM');
  past constant date := (of_month + interval '1 month')::date;
  gone record;
begin
  execute format($sql$
    create temp table purged_rows on commit drop as
    select account_id, count(*) filter (where side = 'processor') as processor_rows, count(*) filter (where side = 'internal') as internal_rows
    from (select account_id, 'processor' as side from public.%I union all select account_id, 'internal' from public.%I) r group by 1 $sql$,
    'processor_transactions' || suffix, 'internal_transactions' || suffix);
  execute format('alter table public.processor_transactions detach partition public.%I', 'processor_transactions' || suffix);
  execute format('alter table public.internal_transactions detach partition public.%I', 'internal_transactions' || suffix);
  execute format('drop table public.%I, public.%I', 'processor_transactions' || suffix, 'internal_transactions' || suffix);
  delete from row_references where home_date >= of_month and home_date < past;
  insert into purged_months (month, purge_id, processor_rows, internal_rows)
  select of_month, of_purge, coalesce(sum(processor_rows), 0), coalesce(sum(internal_rows), 0) from pg_temp.purged_rows;
  for gone in
    select a.account, p.processor_rows, p.internal_rows from pg_temp.purged_rows p join accounts a using (account_id) order by a.account
  loop
    perform note_in_audit(gone.account, 'purge/' || of_purge || to_char(of_month, '/YYYY-MM'), jsonb_build_object(
      'event', 'rows_purged', 'purge', of_purge, 'month', to_char(of_month, 'YYYY-MM'), 'processorRows', gone.processor_rows,
      'internalRows', gone.internal_rows, 'actor', session_user));
  end loop;
  drop table pg_temp.purged_rows;
end $$;
revoke all on function remove_month(date, bigint) from public;

-- Decides what another person proposed. Approved, the months are gone when it returns; refused when anything is not as it was proposed.
create function decide_purge(of_purge bigint, seen_sha256 text, approve boolean, words text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '10s' as $$
declare
  p purges;
  found_month text;
begin
  perform require_person_of_all('approver');
  if coalesce(btrim(words), '') = '' or char_length(words) > 500 then
    raise exception 'say why in 1 to 500 characters: it is kept for the auditor';
  end if;
  if approve is null then
    raise exception 'a purge is approved or rejected';
  end if;
  -- No run decides and no hold is placed meanwhile.
  perform from accounts order by account_id for no key update;
  select * into p from purges where purge_id = of_purge for update;
  if not found then
    raise exception 'there is no purge %', coalesce(of_purge::text, 'without a number');
  elsif p.proposed_by = session_user then
    raise exception 'purge % is your own: another person has to decide it', p.purge_id;
  elsif p.status <> 'pending' then
    raise exception 'purge % was % by % already', p.purge_id, p.status, p.decided_by;
  elsif p.sha256 is distinct from seen_sha256 then
    raise exception 'purge % is not the one that you were shown: look at it again', p.purge_id;
  elsif approve and purge_body(p.before) is distinct from p.body then
    raise exception 'purge % is out of date: what may be removed is not what it was when it was proposed. Propose anew', p.purge_id;
  end if;
  update purges
  set status = case when approve then 'done' else 'rejected' end, decided_by = session_user, decided_at = now(), decided_because = words
  where purge_id = p.purge_id;
  if approve then
    for found_month in select m ->> 'month' from jsonb_array_elements(p.body::jsonb -> 'months') m order by 1 loop
      perform remove_month(to_date(found_month, 'YYYY-MM'), p.purge_id);
    end loop;
  end if;
  perform note_in_audit('system', 'purge/' || p.purge_id || '/decided', jsonb_build_object(
    'event', case when approve then 'purge_done' else 'purge_rejected' end, 'purge', p.purge_id, 'sha256', p.sha256, 'because', words,
    'actor', session_user));
exception when lock_not_available then
  raise exception 'a run or another person is at work on these rows at this moment: try again';
end $$;
revoke all on function decide_purge(bigint, text, boolean, text) from public;

-- As before, and never a month anew whose rows were removed: a row of it would stand there as if it were the only one. (RP001 is what
-- the worker knows a purge by: activities/errors.ts.)
create or replace function ensure_partitions(from_date date, to_date date) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  of_month date := date_trunc('month', from_date)::date;
  parent text;
begin
  if to_date < from_date or to_date - from_date > 3700 then
    raise exception 'ensure_partitions: % to % is not a range of at most ten years', from_date, to_date;
  end if;
  while of_month <= to_date loop
    if exists (select 1 from purged_months p where p.month = of_month) then
      raise exception 'the rows of % were purged: no row of that month can be taken in again', to_char(of_month, 'YYYY-MM')
        using errcode = 'RP001';
    end if;
    foreach parent in array array['processor_transactions', 'internal_transactions'] loop
      if to_regclass(format('public.%I', parent || to_char(of_month, '_YYYYMM'))) is null then
        -- Makers wait for each other, and for nobody else: readers and writers of the parent go on. (A lock on the table, as
        -- only those show what another has made meanwhile. Creating the partition in place would wait for all of them.)
        execute format('lock table public.%I in share update exclusive mode', parent);
        if to_regclass(format('public.%I', parent || to_char(of_month, '_YYYYMM'))) is null then
          execute format('create table public.%I (like public.%I including all)', parent || to_char(of_month, '_YYYYMM'), parent);
          execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
            parent, parent || to_char(of_month, '_YYYYMM'), of_month, (of_month + interval '1 month')::date);
        end if;
      end if;
    end loop;
    of_month := (of_month + interval '1 month')::date;
  end loop;
end $$;

-- A run of a day looks again at every group that ended on it: it would find only what is left of them.
create function refuse_purged_run() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  -- Groups reach no further: reserves wait for 180 days.
  reach_max constant interval := '7 months';
  gone date;
begin
  select p.month into gone from purged_months p
  where p.month <= new.run_date and (
    new.run_date < p.month + interval '1 month'
    or new.run_date < p.month + reach_max and exists (
      select 1 from matches m
      where m.account_id = new.account_id and m.released_seq is null
        and (m.p_home_date >= p.month and m.p_home_date < p.month + interval '1 month' and m.i_home_date = new.run_date
          or m.i_home_date >= p.month and m.i_home_date < p.month + interval '1 month' and m.p_home_date = new.run_date
          or m.group_id is not null and coalesce(m.p_home_date, m.i_home_date) = new.run_date and exists (
            select 1 from matches g
            where g.group_id = m.group_id and g.released_seq is null
              and coalesce(g.p_home_date, g.i_home_date) >= p.month and coalesce(g.p_home_date, g.i_home_date) < p.month + interval '1 month'))))
  order by p.month limit 1;
  if found then
    raise exception 'rows of % that belong to % % were purged: the day cannot be run again, its package holds what was decided',
      to_char(gone, 'YYYY-MM'), new.account, new.run_date using errcode = 'RP001';
  end if;
  return new;
end $$;
revoke all on function refuse_purged_run() from public;
create trigger refuse_purged_run before insert on reconciliation_runs for each row execute function refuse_purged_run();

-- Taken back, a decision leaves its rows to the next run, which would not find them.
create function refuse_purged_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select 1 from manual_decision_rows r join purged_months p
             on r.home_date >= p.month and r.home_date < p.month + interval '1 month' where r.decision_id = new.decision_id) then
    raise exception 'decision % is about rows that were purged: it cannot be taken back', new.decision_id;
  end if;
  return new;
end $$;
revoke all on function refuse_purged_decision() from public;
create trigger refuse_purged_decision before update of revoked_seq on manual_decisions for each row
  when (old.revoked_seq is null and new.revoked_seq is not null) execute function refuse_purged_decision();

grant select on legal_holds, purges, purged_months to recon_auditor, recon_operator, recon_approver;
grant select on purged_months to recon_worker;
grant execute on function purge_plan(date) to recon_operator, recon_approver, recon_auditor;
grant execute on function place_hold(text, text), propose_purge(date, text) to recon_operator;
grant execute on function release_hold(text, text), decide_purge(bigint, text, boolean, text) to recon_approver;
