-- What people decide, which no run undoes: rows that belong together, rows that are written off, rows that are no duplicates.
-- A decision is pinned to the versions of its rows that were looked at. A run applies it (sql/matching/people.sql); the run that
-- brings a new version of one of its rows marks it stale. Nothing is deleted, and the rows of a decision never change.

create table manual_decisions (
  decision_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  kind text not null check (kind in ('group', 'write_off', 'not_duplicate')),
  level level not null,
  reason text not null check (btrim(reason) <> ''),
  decided_by text not null default session_user,
  decided_at timestamptz not null default now(),
  -- The first run that knows it. Decision sequences have no gaps: exactly this one applies it.
  from_seq bigint not null,
  -- The run that found it out of date.
  stale_seq bigint check (stale_seq >= from_seq),
  -- The first run that knows that it was taken back.
  revoked_seq bigint check (revoked_seq >= from_seq),
  revoked_by text,
  revoked_at timestamptz,
  revoked_reason text check (btrim(revoked_reason) <> ''),
  check (num_nulls(revoked_seq, revoked_by, revoked_at, revoked_reason) in (0, 4))
);
create index manual_decisions_in_force on manual_decisions (account_id) where stale_seq is null;

create table manual_decision_rows (
  decision_id bigint not null references manual_decisions,
  side side not null,
  row_id bigint not null,
  version integer not null,
  home_date date not null,
  -- What the row had come to when it was looked at: what is written off keeps it.
  verdict verdict not null,
  differences jsonb,
  primary key (decision_id, row_id)
);
create index manual_decision_rows_by_row on manual_decision_rows (row_id);

-- Records what a person decided, from the next run on, and answers with its number. All rows must count in just these versions, stand
-- open or in a group at the level, and be in no other decision that holds.
-- Nobody may call it for himself: it is for the function of the owner that decides a proposal, after it saw two people.
create function record_manual_decision(
  decided_account integer, decided_kind text, decided_level level, because text, decided_rows bigint[], decided_versions integer[])
returns bigint language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  -- More rows than a person can have looked at.
  rows_max constant integer := 1000;
  next_seq bigint;
  new_id bigint;
  found_row bigint;
  found_other bigint;
begin
  if decided_kind is null or decided_kind not in ('group', 'write_off', 'not_duplicate') then
    raise exception 'a decision is a group, a write_off or not_duplicate, not %', coalesce(decided_kind, 'nothing');
  end if;
  if coalesce(btrim(because), '') = '' then
    raise exception 'a decision needs a reason';
  end if;
  if decided_level is distinct from 'activity' then
    raise exception 'rows are decided by hand at the activity level only, not at %', coalesce(decided_level::text, 'none');
  end if;
  if coalesce(cardinality(decided_rows), 0) not between 1 and rows_max
     or cardinality(decided_rows) is distinct from cardinality(decided_versions) then
    raise exception 'a decision names 1 to % rows, each with the version that was looked at', rows_max;
  end if;
  if cardinality(decided_rows) <> (select count(distinct r) from unnest(decided_rows) r) then
    raise exception 'a decision names each row once, and none is unknown';
  end if;

  -- Written, not only locked: a run that decides meanwhile started without this decision, and has to start again.
  update accounts set decision_seq = decision_seq where account_id = decided_account returning decision_seq + 1 into next_seq;
  if next_seq is null then
    raise exception 'there is no account %', coalesce(decided_account::text, 'without a number');
  end if;

  insert into manual_decisions (account_id, kind, level, reason, from_seq)
  values (decided_account, decided_kind, decided_level, because, next_seq) returning decision_id into new_id;
  insert into manual_decision_rows (decision_id, side, row_id, version, home_date, verdict, differences)
  select new_id, s.side, r.row_id, s.version, s.home_date, s.verdict, s.differences
  from unnest(decided_rows, decided_versions) r (row_id, version)
  join lateral (
    select o.side, o.version, o.home_date, v.verdict, v.differences
    from open_items o
    cross join lateral (
      select v.verdict, v.differences from row_verdicts v
      where v.row_id = o.row_id and v.level = o.level order by v.decision_seq desc limit 1) v
    where o.account_id = decided_account and o.level = decided_level and o.row_id = r.row_id
    union all
    select 'processor', m.p_version, m.p_home_date, m.verdict, m.differences from matches m
    where m.p_row_id = r.row_id and m.level = decided_level and m.released_seq is null and m.account_id = decided_account
    union all
    select 'internal', m.i_version, m.i_home_date, m.verdict, m.differences from matches m
    where m.i_row_id = r.row_id and m.level = decided_level and m.released_seq is null and m.account_id = decided_account
  ) s on s.version = r.version;

  select r.row_id into found_row from unnest(decided_rows) r (row_id)
  where not exists (select 1 from manual_decision_rows d where d.decision_id = new_id and d.row_id = r.row_id) limit 1;
  if found then
    raise exception 'row % does not count in that version: it has changed, is of another account or level, or no run has decided it yet; look at it again', found_row;
  end if;

  select r.row_id, o.decision_id into found_row, found_other
  from manual_decision_rows r
  join manual_decision_rows o on o.row_id = r.row_id and o.decision_id <> r.decision_id
  join manual_decisions d on d.decision_id = o.decision_id and d.level = decided_level and d.stale_seq is null and d.revoked_seq is null
  where r.decision_id = new_id limit 1;
  if found then
    raise exception 'row % stands in decision % already: revoke that one first', found_row, found_other;
  end if;

  if decided_kind = 'group' then
    if cardinality(decided_rows) < 2 then
      raise exception 'a group has at least two rows';
    end if;
    if (select count(distinct r.side) from manual_decision_rows r where r.decision_id = new_id) = 1 and exists (
      select 1 from manual_decision_rows r
      cross join lateral (
        select p.currency, p.gross as amount from processor_transactions p
        where r.side = 'processor' and p.home_date = r.home_date and p.row_id = r.row_id and p.version = r.version
        union all
        select i.currency, i.amount from internal_transactions i
        where r.side = 'internal' and i.home_date = r.home_date and i.row_id = r.row_id and i.version = r.version
      ) t
      where r.decision_id = new_id group by t.currency having sum(t.amount) <> 0)
    then
      raise exception 'a group has rows of both sides, or rows of one side that add up to nothing';
    end if;
  elsif decided_kind = 'write_off' then
    select r.row_id into found_row from manual_decision_rows r
    where r.decision_id = new_id and r.verdict in ('matched', 'matched_late', 'matched_tolerance', 'ignored') limit 1;
    if found then
      raise exception 'row % has no difference that could be written off', found_row;
    end if;
    select r.row_id, x.row_id into found_row, found_other
    from manual_decision_rows r
    join matches m on (m.p_row_id = r.row_id or m.i_row_id = r.row_id) and m.level = decided_level and m.released_seq is null
    cross join lateral (
      select m.p_row_id as row_id union select m.i_row_id
      union select coalesce(g.p_row_id, g.i_row_id) from matches g where g.group_id = m.group_id and g.released_seq is null
    ) x
    where r.decision_id = new_id and x.row_id is not null
      and not exists (select 1 from manual_decision_rows o where o.decision_id = new_id and o.row_id = x.row_id)
    limit 1;
    if found then
      raise exception 'row % stands in a group with row %: a group is written off as a whole', found_row, found_other;
    end if;
  else
    select r.row_id into found_row from manual_decision_rows r
    where r.decision_id = new_id and r.verdict not in ('duplicate_processor', 'duplicate_internal') limit 1;
    if found then
      raise exception 'row % is not said to be a duplicate', found_row;
    end if;
  end if;
  return new_id;
end $$;
revoke all on function record_manual_decision(integer, text, level, text, bigint[], integer[]) from public;

-- Takes a decision back, from the next run on: that run decides its rows as if nobody had. For the same function of the owner.
create function revoke_manual_decision(revoked_decision bigint, because text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  next_seq bigint;
begin
  if coalesce(btrim(because), '') = '' then
    raise exception 'taking a decision back needs a reason';
  end if;
  update accounts a set decision_seq = a.decision_seq from manual_decisions d
  where d.decision_id = revoked_decision and a.account_id = d.account_id returning a.decision_seq + 1 into next_seq;
  update manual_decisions d
  set revoked_seq = next_seq, revoked_by = session_user, revoked_at = now(), revoked_reason = because
  where d.decision_id = revoked_decision and d.stale_seq is null and d.revoked_seq is null;
  if not found then
    raise exception 'there is no decision % that holds: it is stale, or was revoked', revoked_decision;
  end if;
end $$;
revoke all on function revoke_manual_decision(bigint, text) from public;

grant select on manual_decisions, manual_decision_rows to recon_worker, recon_auditor;
grant update (stale_seq) on manual_decisions to recon_worker;
