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

-- Lets one hold go that somebody else placed: another case on the same account keeps its own.
create function release_hold(of_hold bigint, because text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  h legal_holds;
  of_account text;
begin
  select * into h from legal_holds where hold_id = of_hold;
  if not found then
    raise exception 'there is no hold %', coalesce(of_hold::text, 'without a number');
  end if;
  select account into strict of_account from accounts where account_id = h.account_id;
  perform require_person('approver', of_account);
  if coalesce(btrim(because), '') = '' or char_length(because) > 500 then
    raise exception 'say why in 1 to 500 characters: it is kept for the auditor';
  end if;
  perform from accounts where account_id = h.account_id for no key update;
  select * into strict h from legal_holds where hold_id = of_hold for update;
  if h.released_at is not null then
    raise exception 'hold % was released by % already', h.hold_id, h.released_by;
  elsif h.placed_by = session_user then
    raise exception 'hold % is your own: another person has to release it', h.hold_id;
  end if;
  update legal_holds set released_by = session_user, released_at = now(), released_reason = because where hold_id = h.hold_id;
  perform note_in_audit(of_account, 'hold/' || h.hold_id || '/released', jsonb_build_object(
    'event', 'hold_released', 'hold', h.hold_id, 'because', because, 'actor', session_user));
end $$;
revoke all on function release_hold(bigint, text) from public;

-- What was removed is looked for by date, in tables that hold years: rows come in the order of their days, so a few pages say where.
create index matches_by_date on matches using brin (p_home_date, i_home_date) with (autosummarize = on);
create index batch_totals_by_date on batch_totals using brin (home_date) with (autosummarize = on);

-- Why a month has to stay; null where nothing keeps it. The first reason that holds. (Planned anew each time: a date that is not
-- known to the planner looks like half of the years.)
create function why_month_stays(of_month date, before date) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  past constant date := (of_month + interval '1 month')::date;
  found_count bigint;
  named text;
begin
  select string_agg(distinct a.account, ', ' order by a.account) into named
  from legal_holds h join accounts a using (account_id)
  where h.released_at is null and exists (
    select 1 from batch_totals t where t.account_id = h.account_id and t.home_date >= of_month and t.home_date < past);
  if named is not null then
    return 'on hold: ' || named;
  end if;

  select count(*) into found_count from open_items o where o.home_date >= of_month and o.home_date < past;
  if found_count > 0 then
    return found_count || ' row(s) are open';
  end if;

  -- Each run decides again what is open, and would not find what it names by its id, whatever the distance.
  select count(distinct (o.level, o.row_id)) into found_count
  from open_items o
  left join processor_transactions p on o.side = 'processor' and p.home_date = o.home_date and p.row_id = o.row_id and p.version = o.version
  left join internal_transactions i on o.side = 'internal' and i.home_date = o.home_date and i.row_id = o.row_id and i.version = o.version
  cross join lateral (
    select k.home_date from unnest(array[p.parent_id, i.parent_id, i.processor_reference]) n (id)
    join transaction_ids k on k.external_id = n.id and k.account_id = o.account_id
    union all
    select k.home_date from row_references f join transaction_ids k on k.external_id = f.value and k.account_id = o.account_id
    where f.row_id = o.row_id and f.version = o.version and f.type in ('processor_id', 'parent')
    union all
    (select v.partner_home_date from row_verdicts v
     where v.row_id = o.row_id and v.level = o.level order by v.decision_seq desc limit 1)
  ) named
  where named.home_date >= of_month and named.home_date < past;
  if found_count > 0 then
    return found_count || ' open row(s) of another month name rows of it';
  end if;

  select count(*) into found_count from discrepancies d
  where d.state not in ('closed', 'resolved', 'written_off') and (
    d.business_date >= of_month and d.business_date < past
    or exists (
      select 1 from matches x left join matches g on g.group_id = x.group_id and g.released_seq is null
      where (x.p_row_id = d.anchor_row_id or x.i_row_id = d.anchor_row_id) and x.released_seq is null and x.account_id = d.account_id
        and (x.p_home_date >= of_month and x.p_home_date < past or x.i_home_date >= of_month and x.i_home_date < past
          or g.p_home_date >= of_month and g.p_home_date < past or g.i_home_date >= of_month and g.i_home_date < past)));
  if found_count > 0 then
    return found_count || ' difference(s) are open';
  end if;

  select count(*) into found_count from matches x
  where x.released_seq is null and x.rule = 'duplicate'
    and (x.p_home_date >= of_month and x.p_home_date < past or x.i_home_date >= of_month and x.i_home_date < past);
  if found_count > 0 then
    return found_count || ' group(s) stand in for duplicates, which every run looks at again';
  end if;

  select count(distinct t.batch_id) into found_count from batch_totals t
  where t.home_date >= of_month and t.home_date < past and t.introduced_seq is null and t.disposition <> 'repeat';
  if found_count > 0 then
    return found_count || ' read(s) were never decided by a run';
  end if;

  select count(distinct coalesce(x.group_id, -coalesce(x.p_row_id, x.i_row_id))) into found_count
  from matches x left join matches y on y.group_id = x.group_id and y.released_seq is null
  where x.released_seq is null
    and (x.p_home_date >= of_month and x.p_home_date < past or x.i_home_date >= of_month and x.i_home_date < past)
    and greatest(x.p_home_date, x.i_home_date, y.p_home_date, y.i_home_date) >= why_month_stays.before;
  if found_count > 0 then
    return found_count || ' group(s) have rows of ' || to_char(why_month_stays.before, 'YYYY-MM-DD') || ' or later';
  end if;

  select count(*), min(r.account || '/' || to_char(r.run_date, 'YYYY-MM-DD') || '#' || r.run_number) into found_count, named
  from (select distinct t.account_id, t.introduced_seq from batch_totals t
        where t.home_date >= of_month and t.home_date < past and t.introduced_seq is not null) d
  join reconciliation_runs r on r.account_id = d.account_id and r.decision_seq = d.introduced_seq
  where not exists (select 1 from evidence e where e.run_id = r.run_id);
  if found_count > 0 then
    return found_count || ' run(s) have no sealed package, such as ' || named;
  end if;
  return null;
end $$;
revoke all on function why_month_stays(date, date) from public;

-- Why all months before a day have to stay, beside what keeps each of them; null where nothing does.
create function why_all_stay(before date) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select count(*) || ' run(s) have no sealed package, such as '
         || min(r.account || '/' || to_char(r.run_date, 'YYYY-MM-DD') || '#' || r.run_number)
  from reconciliation_runs r
  where r.run_date < why_all_stay.before and not exists (select 1 from evidence e where e.run_id = r.run_id)
  having count(*) > 0
$$;
revoke all on function why_all_stay(date) from public;

-- The months of rows that end before a day, the oldest first, each with what it holds and why it stays, if it does.
create function purge_plan(before date) returns table (month date, processor_rows bigint, internal_rows bigint, stays text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  -- A source reads what changed in the last 365 days (Square): what it may still send has to be there.
  kept_min constant interval := '13 months';
  all_stay constant text := why_all_stay(purge_plan.before);
  found_month text;
begin
  if purge_plan.before is null or purge_plan.before > current_date - kept_min then
    raise exception 'the rows of the last 13 months stay: name a day until %', to_char(current_date - kept_min, 'YYYY-MM-DD');
  end if;
  for found_month in
    select right(c.relname, 6) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.processor_transactions'::regclass and c.relname ~ '^processor_transactions_[0-9]{6}$' order by 1
  loop
    month := to_date(found_month, 'YYYYMM');
    exit when month + interval '1 month' > purge_plan.before;
    execute format('select count(*) from public.%I', 'processor_transactions_' || found_month) into processor_rows;
    execute format('select count(*) from public.%I', 'internal_transactions_' || found_month) into internal_rows;
    stays := coalesce(why_month_stays(month, purge_plan.before), all_stay);
    return next;
  end loop;
end $$;
revoke all on function purge_plan(date) from public;

-- The sealed packages of every run that rows of these months were part of: they have to be there before the rows go.
create function purge_packages(first_month date, before date)
returns table (account text, run_date date, run_number integer, manifest_sha256 text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select r.account, r.run_date, r.run_number, e.manifest_sha256
  from reconciliation_runs r join evidence e using (run_id)
  where r.run_date >= first_month and r.run_date < purge_packages.before
    or (r.account_id, r.decision_seq) in (
      select t.account_id, t.introduced_seq from batch_totals t
      where t.home_date >= first_month and t.home_date < purge_packages.before and t.introduced_seq is not null)
  order by r.run_id
$$;
revoke all on function purge_packages(date, date) from public;

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
    raise exception 'no month before % can be removed: recon purge --dry-run says why', to_char(propose_purge.before, 'YYYY-MM-DD');
  end if;
  insert into purges (before, body, sha256, because)
  values (propose_purge.before, proposed_body, encode(sha256(convert_to(proposed_body, 'UTF8')), 'hex'), words)
  returning purge_id into new_purge;
  perform note_in_audit('system', 'purge/' || new_purge || '/proposed', jsonb_build_object(
    'event', 'purge_proposed', 'purge', new_purge, 'body', proposed_body::jsonb, 'because', words, 'actor', session_user));
  return new_purge;
end $$;
revoke all on function propose_purge(date, text) from public;

-- Counts what each account has in each month of a purge, into purged_rows. Refuses when a month is not what was proposed any more.
create function count_purged(p purges) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  all_stay constant text := why_all_stay(p.before);
  planned record;
  suffix text;
  stays text;
begin
  create temp table purged_rows (month date, account_id integer, processor_rows bigint, internal_rows bigint) on commit drop;
  for planned in
    select to_date(m ->> 'month', 'YYYY-MM') as month, (m ->> 'processorRows')::bigint as processor_rows, (m ->> 'internalRows')::bigint as internal_rows
    from jsonb_array_elements(p.body::jsonb -> 'months') m order by 1
  loop
    suffix := to_char(planned.month, '_YYYYMM');
    stays := case when to_regclass('public.processor_transactions' || suffix) is null then 'its rows are gone already'
                  else coalesce(why_month_stays(planned.month, p.before), all_stay) end;
    if stays is null then
      execute format($sql$
        insert into pg_temp.purged_rows
        select $1, account_id, count(*) filter (where side = 'processor'), count(*) filter (where side = 'internal')
        from (select account_id, 'processor' as side from public.%I union all select account_id, 'internal' from public.%I) r group by account_id $sql$,
        'processor_transactions' || suffix, 'internal_transactions' || suffix) using planned.month;
      if (select (coalesce(sum(r.processor_rows), 0), coalesce(sum(r.internal_rows), 0)) from pg_temp.purged_rows r where r.month = planned.month)
         is distinct from (planned.processor_rows::numeric, planned.internal_rows::numeric) then
        stays := 'its rows are other than they were';
      end if;
    end if;
    if stays is not null then
      raise exception 'purge % is out of date: %: %. Propose anew', p.purge_id, to_char(planned.month, 'YYYY-MM'), stays;
    end if;
  end loop;
end $$;
revoke all on function count_purged(purges) from public;

-- Removes the months that were counted, of all accounts, and tells it in each account's own chain. What takes long comes first:
-- while a table loses a month nobody else can read or write it, and that is to be milliseconds.
create function remove_months(p purges) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  gone record;
  parent text;
begin
  insert into purged_months (month, purge_id, processor_rows, internal_rows)
  select to_date(m ->> 'month', 'YYYY-MM'), p.purge_id, (m ->> 'processorRows')::bigint, (m ->> 'internalRows')::bigint
  from jsonb_array_elements(p.body::jsonb -> 'months') m;
  for gone in select month from purged_months where purge_id = p.purge_id order by month loop
    delete from row_references where home_date >= gone.month and home_date < (gone.month + interval '1 month')::date;
  end loop;
  for gone in
    select a.account, r.month, r.processor_rows, r.internal_rows
    from pg_temp.purged_rows r join accounts a using (account_id) order by a.account, r.month
  loop
    perform note_in_audit(gone.account, 'purge/' || p.purge_id || to_char(gone.month, '/YYYY-MM'), jsonb_build_object(
      'event', 'rows_purged', 'purge', p.purge_id, 'month', to_char(gone.month, 'YYYY-MM'), 'processorRows', gone.processor_rows,
      'internalRows', gone.internal_rows, 'actor', session_user));
  end loop;
  drop table pg_temp.purged_rows;

  -- Whoever comes after waits behind us for the table: not for long.
  perform set_config('lock_timeout', '5s', true);
  foreach parent in array array['processor_transactions', 'internal_transactions'] loop
    for gone in select to_char(month, '_YYYYMM') as suffix from purged_months where purge_id = p.purge_id order by month loop
      execute format('alter table public.%I detach partition public.%I', parent, parent || gone.suffix);
      execute format('drop table public.%I', parent || gone.suffix);
    end loop;
  end loop;
  -- A page that was being written when we counted has ended by now: it has let go of the tables.
  if exists (
    select 1 from purged_months m
    join batch_totals t on t.home_date >= m.month and t.home_date < m.month + interval '1 month'
    where m.purge_id = p.purge_id and t.introduced_seq is null and t.disposition <> 'repeat')
  then
    raise exception 'purge % is out of date: rows of it have come in at this moment. Propose anew', p.purge_id;
  end if;
end $$;
revoke all on function remove_months(purges) from public;

-- Decides what another person proposed. Approved, the months are gone when it returns; refused when anything is not as it was proposed.
create function decide_purge(of_purge bigint, seen_sha256 text, approve boolean, words text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '10s' as $$
declare
  p purges;
begin
  -- A transaction that sees only what was there when it began would not see the hold that it waited for.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a purge is decided in a transaction that is read committed, not %', current_setting('transaction_isolation');
  end if;
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
  end if;
  update purges
  set status = case when approve then 'done' else 'rejected' end, decided_by = session_user, decided_at = now(), decided_because = words
  where purge_id = p.purge_id;
  if approve then
    perform count_purged(p);
    perform remove_months(p);
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
    foreach parent in array array['processor_transactions', 'internal_transactions'] loop
      if to_regclass(format('public.%I', parent || to_char(of_month, '_YYYYMM'))) is null then
        -- Makers wait for each other, and for nobody else: readers and writers of the parent go on. (A lock on the table, as
        -- only those show what another has made meanwhile. Creating the partition in place would wait for all of them.)
        execute format('lock table public.%I in share update exclusive mode', parent);
        if exists (select 1 from purged_months p where p.month = of_month) then
          raise exception 'the rows of % were purged: no row of that month can be taken in again', to_char(of_month, 'YYYY-MM')
            using errcode = 'RP001';
        end if;
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
  gone date;
begin
  select p.month into gone from purged_months p
  where p.month <= new.run_date and (
    new.run_date < p.month + interval '1 month'
    or exists (
      select 1 from reconciliation_runs r
      where r.account_id = new.account_id and r.run_date = new.run_date and r.decision_seq is not null)
    and exists (
      select 1 from matches m
      where m.account_id = new.account_id and m.released_seq is null
        and (m.p_home_date = new.run_date or m.i_home_date = new.run_date)
        and (m.p_home_date >= p.month and m.p_home_date < p.month + interval '1 month'
          or m.i_home_date >= p.month and m.i_home_date < p.month + interval '1 month'
          or m.group_id is not null and exists (
            select 1 from matches g
            where g.group_id = m.group_id and g.released_seq is null
              and coalesce(g.p_home_date, g.i_home_date) >= p.month and coalesce(g.p_home_date, g.i_home_date) < p.month + interval '1 month'))))
  order by p.month limit 1;
  if found then
    raise exception 'rows of % that belong to % % were purged: the day cannot be run again, its package holds what was decided',
      to_char(gone, 'YYYY-MM'), new.account, to_char(new.run_date, 'YYYY-MM-DD') using errcode = 'RP001';
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
grant execute on function purge_plan(date), purge_packages(date, date) to recon_operator, recon_approver, recon_auditor;
grant execute on function place_hold(text, text), propose_purge(date, text) to recon_operator;
grant execute on function release_hold(bigint, text), decide_purge(bigint, text, boolean, text) to recon_approver;
