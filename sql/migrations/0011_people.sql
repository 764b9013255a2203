-- Who may act on differences, and how: people with their own logins, proposals that a second person decides, notes, deadlines.
-- Everything is done by functions with the owner's rights that record session_user: what a client says about who it is counts
-- for nothing. Nobody has insert, update or delete on these tables. The run stays the only one that closes a difference.

create table people (
  -- A login of the database. Being granted a role is not enough to act: somebody has to have entered the person here.
  login text primary key check (login ~ '^[a-z][a-z0-9_.-]{0,62}$' and login !~ '^(pg|recon)_'),
  -- As what: a role that the database grants beside that counts for nothing. Who hands out roles does nothing else.
  roles text[] not null check (roles <@ array['operator', 'approver', 'auditor', 'admin'] and cardinality(roles) > 0
    and (roles = array['admin'] or not 'admin' = any (roles))),
  all_accounts boolean not null,
  changes integer not null default 1,
  changed_by text not null default session_user,
  changed_at timestamptz not null default now()
);

-- What a person is limited to, unless all_accounts. By name, without a foreign key: people come before an account's first run.
create table person_accounts (
  login text not null references people,
  account text not null,
  primary key (login, account)
);

-- Why something was proposed, in words that can be counted. The free text stands beside it.
create table decision_reasons (
  reason text primary key,
  meaning text not null
);
insert into decision_reasons (reason, meaning) values
  ('booking_error', 'our own record is wrong, or was never made'),
  ('processor_error', 'the processor is wrong, and has been told'),
  ('processor_fee', 'a fee that nobody books row by row'),
  ('timing', 'both sides are right, at different times'),
  ('exchange_rate', 'the rate between two currencies'),
  ('same_movement', 'rows of both sides that are one movement'),
  ('two_movements', 'equal rows that are two movements'),
  ('not_worth_pursuing', 'finding out would cost more than it brings'),
  ('fraud', 'money that will not come back'),
  ('decided_wrongly', 'an earlier decision was a mistake'),
  ('other', 'none of these: the words beside it say what');

-- How long a difference of each severity may stay open, in calendar days from the day it opened. Changed by migration only, which
-- then has to write due_at of what is open anew.
create table severity_deadlines (
  severity severity primary key,
  due_within interval not null check (due_within > '0')
);
insert into severity_deadlines (severity, due_within) values
  ('critical', '1 day'), ('high', '2 days'), ('medium', '5 days'), ('low', '10 days');

alter table discrepancies add column assignee text references people;
alter table discrepancies add column first_seen_at timestamptz not null default now();
-- What the deadline counts from: the latest time it opened, or stopped merely waiting for the other side.
alter table discrepancies add column due_from timestamptz not null default now();
-- When it has to be done; null where nothing is to be done: not any more, or not while the other side may still come. Kept, because
-- lists are sorted by it.
alter table discrepancies add column due_at timestamptz;
alter table discrepancies add column escalation integer not null default 0;
alter table discrepancies add column escalated_at timestamptz;
-- Counts what a decision depends on: facts and state. Who looks at it, and how severe its age makes it, are not among that.
alter table discrepancies add column version bigint not null default 1;
update discrepancies d set first_seen_at = e.first_seen_at, due_from = coalesce(e.due_from, e.first_seen_at)
from (select discrepancy_id, min(created_at) as first_seen_at, max(created_at) filter (where event in ('opened', 'reopened')) as due_from
      from discrepancy_events group by discrepancy_id) e
where e.discrepancy_id = d.discrepancy_id;
update discrepancies d set due_at = d.due_from + l.due_within
from severity_deadlines l where l.severity = d.severity and d.state in ('open', 'assigned', 'proposed')
  and d.verdict not in ('pending_timing', 'pending_source');

-- The worst that is still open, without looking at what is not: a year holds many more.
create index discrepancies_by_urgency on discrepancies (severity desc, business_date desc, amount desc, discrepancy_id)
  where state not in ('closed', 'resolved', 'written_off');
-- What is due first, and after it what nothing is left to do about.
create index discrepancies_by_due on discrepancies (due_at, severity desc, business_date desc, amount desc, discrepancy_id);

alter table discrepancy_events drop constraint discrepancy_events_event_check;
alter table discrepancy_events add constraint discrepancy_events_event_check check (event in (
  'opened', 'verdict_changed', 'closed', 'reopened', 'assigned', 'noted', 'proposed', 'approved', 'rejected', 'out_of_date', 'escalated'));

-- Plain text as it was typed. Whoever shows it escapes it.
create table discrepancy_notes (
  note_id bigint generated always as identity primary key,
  discrepancy_id bigint not null references discrepancies,
  body text not null check (btrim(body) <> '' and char_length(body) <= 4000),
  author text not null default session_user,
  created_at timestamptz not null default now()
);
create index discrepancy_notes_by_discrepancy on discrepancy_notes (discrepancy_id);

create table proposals (
  proposal_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  kind text not null check (kind in ('resolve', 'write_off', 'match', 'not_duplicate', 'reopen', 'rule_set', 'period')),
  -- What is decided, word for word; its hash is what a decision names.
  body text not null,
  sha256 text not null check (sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')),
  reason text not null references decision_reasons,
  because text not null check (btrim(because) <> '' and char_length(because) <= 500),
  status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'out_of_date')),
  proposed_by text not null default session_user references people,
  proposed_at timestamptz not null default now(),
  decided_by text references people,
  decided_at timestamptz,
  decided_because text check (btrim(decided_because) <> '' and char_length(decided_because) <= 500),
  -- What runs apply from then on; of a re-opening: what they do not apply any more; of rules and periods: nothing, they are put in force.
  decision_id bigint references manual_decisions,
  constraint four_eyes check (decided_by <> proposed_by),
  check (num_nulls(decided_by, decided_at, decided_because) in (0, 3)),
  check ((status in ('approved', 'rejected')) = (decided_by is not null)),
  check ((status = 'approved' and kind not in ('rule_set', 'period')) = (decision_id is not null))
);
create index proposals_pending on proposals (account_id) where status = 'pending';

-- What a proposal is about, in the version that was looked at.
create table proposal_subjects (
  proposal_id bigint not null references proposals,
  discrepancy_id bigint not null references discrepancies,
  version bigint not null,
  primary key (proposal_id, discrepancy_id)
);
create index proposal_subjects_by_discrepancy on proposal_subjects (discrepancy_id);

-- When each difference that is still open has to be done.
create view discrepancy_deadlines as
select d.discrepancy_id, d.account_id, d.account, d.severity, d.state, d.assignee, d.first_seen_at, d.due_at, d.escalation, d.escalated_at
from discrepancies d
where d.state in ('open', 'assigned', 'proposed');

-- The one way to the audit chain from here. Last in each function.
create function note_in_audit(chain text, event_key text, body jsonb) returns void
language sql set search_path = pg_catalog, public, pg_temp as $$
  select audit_append(chain, event_key, body::text)
$$;
revoke all on function note_in_audit(text, text, jsonb) from public;

-- What happened to a difference, for people and for the auditor.
create function note_event(of_discrepancy bigint, what text, words text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  d discrepancies;
  new_event bigint;
begin
  select * into strict d from discrepancies where discrepancy_id = of_discrepancy;
  insert into discrepancy_events (discrepancy_id, event, verdict, state, detail)
  values (d.discrepancy_id, what, d.verdict, d.state, words) returning event_id into new_event;
  perform note_in_audit(d.account, 'discrepancy_event/' || new_event, jsonb_build_object(
    'event', what, 'discrepancy', d.discrepancy_id, 'verdict', d.verdict, 'state', d.state, 'detail', words, 'actor', session_user));
end $$;
revoke all on function note_event(bigint, text, text) from public;

create function due_day(d discrepancies) returns timestamptz
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select d.due_from + l.due_within from severity_deadlines l
  where l.severity = d.severity and d.state in ('open', 'assigned', 'proposed') and d.verdict not in ('pending_timing', 'pending_source')
$$;
revoke all on function due_day(discrepancies) from public;

-- What follows from a change, whoever made it: the version counts on, a difference that opens again starts afresh, and the day it
-- is due goes with its severity.
create function discrepancy_changes() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  facts_differ boolean;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'open' then
      raise exception 'a difference begins open, not %', new.state;
    end if;
    new.due_at := due_day(new);
    return new;
  end if;
  facts_differ := (new.verdict, new.kind, new.currency, new.amount, new.partner_external_id, new.differences, new.members, new.surplus, new.balanced)
    is distinct from (old.verdict, old.kind, old.currency, old.amount, old.partner_external_id, old.differences, old.members, old.surplus, old.balanced);
  if new.state in ('resolved', 'written_off') and old.state <> new.state and not exists (
    select 1 from manual_decision_rows r join manual_decisions m using (decision_id)
    where r.row_id = new.anchor_row_id and m.account_id = new.account_id and m.level = new.level and m.stale_seq is null and m.revoked_seq is null
      and m.kind = case new.state when 'resolved' then 'group' else 'write_off' end)
  then
    raise exception 'discrepancy % cannot be % without a decision of two people', new.discrepancy_id, replace(new.state::text, '_', ' ');
  end if;
  if old.state in ('closed', 'resolved', 'written_off') and new.state = 'open' then
    new.assignee := null;
    new.due_from := now();
    new.escalation := 0;
    new.escalated_at := null;
  end if;
  if old.verdict in ('pending_timing', 'pending_source') and new.verdict not in ('pending_timing', 'pending_source') then
    new.due_from := now();
  end if;
  if facts_differ and old.state = 'proposed' and new.state = 'proposed' then
    new.state := case when new.assignee is null then 'open' else 'assigned' end;
  end if;
  if facts_differ or new.state <> old.state then
    new.version := old.version + 1;
  end if;
  if (new.state, new.verdict, new.severity, new.due_from) is distinct from (old.state, old.verdict, old.severity, old.due_from) then
    new.due_at := due_day(new);
  end if;
  return new;
end $$;
revoke all on function discrepancy_changes() from public;
create trigger discrepancy_changes before insert or update on discrepancies for each row execute function discrepancy_changes();

-- A proposal about what is not so any more cannot be decided. After all rows of a statement, as a match may have several.
create function proposals_out_of_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_proposal bigint;
  other bigint;
begin
  for found_proposal in
    update proposals p set status = 'out_of_date' from proposal_subjects s
    where s.discrepancy_id = new.discrepancy_id and p.proposal_id = s.proposal_id and p.status = 'pending' and s.version <> new.version
    returning p.proposal_id
  loop
    perform note_event(new.discrepancy_id, 'out_of_date', 'proposal ' || found_proposal);
    for other in
      update discrepancies d set state = case when d.assignee is null then 'open' else 'assigned' end::discrepancy_state
      from proposal_subjects s
      where s.proposal_id = found_proposal and d.discrepancy_id = s.discrepancy_id and d.discrepancy_id <> new.discrepancy_id and d.state = 'proposed'
      returning d.discrepancy_id
    loop
      perform note_event(other, 'out_of_date', 'proposal ' || found_proposal);
    end loop;
  end loop;
  return null;
end $$;
revoke all on function proposals_out_of_date() from public;
create trigger proposals_out_of_date after update on discrepancies for each row
  when (old.version <> new.version) execute function proposals_out_of_date();

-- A decision that a run finds out of date before any run has carried it out leaves its differences to be decided again.
create function decision_out_of_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  subject record;
begin
  for subject in
    update discrepancies d set state = case when d.assignee is null then 'open' else 'assigned' end::discrepancy_state
    from proposal_subjects s join proposals p using (proposal_id)
    where p.decision_id = new.decision_id and p.kind <> 'reopen' and d.discrepancy_id = s.discrepancy_id and d.state = 'proposed'
    returning d.discrepancy_id, p.proposal_id
  loop
    perform note_event(subject.discrepancy_id, 'out_of_date', 'proposal ' || subject.proposal_id || ' was approved, but a row has changed before a run carried it out');
  end loop;
  return null;
end $$;
revoke all on function decision_out_of_date() from public;
create trigger decision_out_of_date after update of stale_seq on manual_decisions for each row
  when (old.stale_seq is null and new.stale_seq is not null) execute function decision_out_of_date();

-- Refuses whoever was not entered, has not the role, or is limited to other accounts.
create function require_person(needed text, of_account text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  person people;
begin
  select * into person from people where login = session_user;
  if not found then
    raise exception '% is nobody who may act here: an administrator adds people with recon access add', session_user;
  end if;
  if not needed = any (person.roles) or not pg_has_role(session_user, 'recon_' || needed, 'usage') then
    raise exception '% is no %', session_user, needed;
  end if;
  if not person.all_accounts and not exists (select 1 from person_accounts where login = session_user and account = of_account) then
    raise exception '% may not act on account %', session_user, of_account;
  end if;
end $$;
revoke all on function require_person(text, text) from public;

-- Takes hold of a difference: first of its account, as a run does, so that neither waits for the other crosswise.
create function hold_discrepancy(of_discrepancy bigint, needed text) returns discrepancies
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  d discrepancies;
begin
  select * into d from discrepancies where discrepancy_id = of_discrepancy;
  if not found then
    raise exception 'there is no discrepancy %', coalesce(of_discrepancy::text, 'without a number');
  end if;
  perform require_person(needed, d.account);
  perform from accounts where account_id = d.account_id for no key update;
  select * into strict d from discrepancies where discrepancy_id = of_discrepancy for update;
  return d;
end $$;
revoke all on function hold_discrepancy(bigint, text) from public;

create function words_of_state(d discrepancies) returns text
language sql immutable set search_path = pg_catalog, public, pg_temp as $$
  select replace(d.state::text, '_', ' ') || coalesce(' (' || replace(d.closed_by, '_', ' ') || ')', '')
$$;
revoke all on function words_of_state(discrepancies) from public;

-- Null puts it back among those that nobody has taken.
create function assign_discrepancy(of_discrepancy bigint, to_login text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  d discrepancies := hold_discrepancy(of_discrepancy, 'operator');
begin
  if d.state not in ('open', 'assigned', 'proposed') then
    raise exception 'discrepancy % is %: there is nothing left to do', d.discrepancy_id, words_of_state(d);
  end if;
  if to_login is not null and not exists (
    select 1 from people p where p.login = to_login
      and (p.all_accounts or exists (select 1 from person_accounts a where a.login = p.login and a.account = d.account)))
  then
    raise exception '% is nobody who may act on account %: recon access report shows who is', to_login, d.account;
  end if;
  if d.assignee is not distinct from to_login then
    return;
  end if;
  update discrepancies
  set assignee = to_login,
      state = case when state = 'proposed' then state when to_login is null then 'open' else 'assigned' end
  where discrepancy_id = d.discrepancy_id;
  perform note_event(d.discrepancy_id, 'assigned', coalesce('to ' || to_login, 'to nobody'));
end $$;
revoke all on function assign_discrepancy(bigint, text) from public;

create function note_discrepancy(of_discrepancy bigint, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  chars_max constant integer := 4000;
  d discrepancies;
  new_note bigint;
begin
  if coalesce(btrim(words), '') = '' then
    raise exception 'a note says something';
  end if;
  if char_length(words) > chars_max then
    raise exception 'a note has at most % characters, this one has %', chars_max, char_length(words);
  end if;
  d := hold_discrepancy(of_discrepancy, 'operator');
  insert into discrepancy_notes (discrepancy_id, body) values (d.discrepancy_id, words) returning note_id into new_note;
  perform note_event(d.discrepancy_id, 'noted', 'note ' || new_note);
  return new_note;
end $$;
revoke all on function note_discrepancy(bigint, text) from public;

-- The rows that a difference is about: the group or the cluster that its anchor stands in, else the anchor alone.
create function rows_of_discrepancy(d discrepancies) returns table (side side, row_id bigint, version integer, home_date date)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with live as (
    select m.* from matches m where d.anchor_side = 'processor' and m.p_row_id = d.anchor_row_id and m.level = d.level and m.released_seq is null
    union all
    select m.* from matches m where d.anchor_side = 'internal' and m.i_row_id = d.anchor_row_id and m.level = d.level and m.released_seq is null
  ), lines as (
    select * from live
    union
    select m.* from matches m join live l on m.group_id = l.group_id where m.released_seq is null
  )
  select 'processor'::side, p_row_id, p_version, p_home_date from lines where p_row_id is not null
  union
  select 'internal', i_row_id, i_version, i_home_date from lines where i_row_id is not null
  union
  select o.side, o.row_id, o.version, o.home_date from open_items o
  where o.account_id = d.account_id and o.level = d.level and o.row_id = d.anchor_row_id
  union
  select o.side, o.row_id, o.version, o.home_date
  from (select distinct v.row_id from row_verdicts v where v.cluster_row_id = d.anchor_row_id and v.level = d.level) c
  join open_items o on o.account_id = d.account_id and o.level = d.level and o.row_id = c.row_id
  cross join lateral (
    select v.cluster_row_id from row_verdicts v where v.row_id = o.row_id and v.level = d.level order by v.decision_seq desc limit 1) n
  where n.cluster_row_id = d.anchor_row_id
$$;
revoke all on function rows_of_discrepancy(discrepancies) from public;

-- A difference that may be proposed about: nobody waits for a decision about it, nor for the run that carries one out.
create function refuse_if_proposed(d discrepancies) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  found_proposal bigint;
begin
  select p.proposal_id into found_proposal from proposals p join proposal_subjects s using (proposal_id)
  where s.discrepancy_id = d.discrepancy_id and p.status = 'pending'
    -- One whose facts have changed can be decided by nobody.
    and not exists (
      select 1 from proposal_subjects o join discrepancies x using (discrepancy_id)
      where o.proposal_id = p.proposal_id and o.version <> x.version)
  limit 1;
  if found then
    raise exception 'proposal % about discrepancy % waits for its decision: let it be decided first', found_proposal, d.discrepancy_id;
  end if;
  select p.proposal_id into found_proposal
  from proposals p join proposal_subjects s using (proposal_id) join manual_decisions m using (decision_id)
  where s.discrepancy_id = d.discrepancy_id and m.stale_seq is null
    and case when d.state in ('resolved', 'written_off') then m.revoked_seq is not null else m.revoked_seq is null end
    -- What a run has done with it already is no reason to wait.
    and (select decision_seq from accounts a where a.account_id = d.account_id) < coalesce(m.revoked_seq, m.from_seq) limit 1;
  if found then
    raise exception 'proposal % about discrepancy % is approved: the next run of % carries it out', found_proposal, d.discrepancy_id, d.account;
  end if;
end $$;
revoke all on function refuse_if_proposed(discrepancies) from public;

-- Writes the proposal down word for word, after a trial that it could be carried out as things stand.
create function add_proposal(of_kind text, subjects bigint[], row_ids bigint[], row_versions integer[], why text, words text, revoked bigint)
returns bigint language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  chars_max constant integer := 500;
  of_account accounts;
  new_body text;
  new_id bigint;
  subject bigint;
begin
  if not exists (select 1 from decision_reasons where reason = why) then
    raise exception '"%" is no reason of the list: %', coalesce(why, ''), (select string_agg(reason, ', ' order by reason) from decision_reasons);
  end if;
  if coalesce(btrim(words), '') = '' or char_length(words) > chars_max then
    raise exception 'say why in 1 to % characters: the one who decides reads it, and the auditor', chars_max;
  end if;
  select a.* into strict of_account from accounts a join discrepancies d using (account_id) where d.discrepancy_id = subjects[1];

  if of_kind <> 'reopen' then
    begin
      perform record_manual_decision(of_account.account_id, case of_kind when 'write_off' then of_kind when 'not_duplicate' then of_kind else 'group' end,
        'activity', words, row_ids, row_versions);
      raise exception using errcode = 'RCTRY';
    exception when sqlstate 'RCTRY' then
      -- It could be carried out; nothing of the trial stays.
      null;
    end;
    update discrepancies set state = 'proposed' where discrepancy_id = any (subjects);
  end if;

  select jsonb_build_object(
    'kind', of_kind, 'account', of_account.account, 'reason', why, 'because', words, 'revokes', revoked,
    'discrepancies', (
      select jsonb_agg(jsonb_build_object(
        'discrepancy', d.discrepancy_id, 'version', d.version, 'verdict', d.verdict, 'side', d.anchor_side, 'id', d.anchor_external_id,
        'date', d.business_date, 'amount', d.amount::text, 'currency', d.currency) order by d.discrepancy_id)
      from discrepancies d where d.discrepancy_id = any (subjects)),
    'rows', (
      select jsonb_agg(jsonb_build_object(
        'side', t.side, 'id', t.external_id, 'row', r.row_id, 'version', r.version, 'amount', t.amount::text, 'currency', t.currency)
        order by t.side, t.external_id collate "C")
      from unnest(row_ids, row_versions) r (row_id, version)
      join manual_rows(of_account.account_id, row_ids) t using (row_id, version)))::text
  into new_body;
  insert into proposals (account_id, kind, body, sha256, reason, because)
  values (of_account.account_id, of_kind, new_body, encode(sha256(convert_to(new_body, 'UTF8')), 'hex'), why, words)
  returning proposal_id into new_id;
  insert into proposal_subjects (proposal_id, discrepancy_id, version)
  select new_id, discrepancy_id, version from discrepancies where discrepancy_id = any (subjects);
  foreach subject in array subjects loop
    perform note_event(subject, 'proposed', 'proposal ' || new_id || ': ' || replace(of_kind, '_', ' '));
  end loop;
  perform note_in_audit(of_account.account, 'proposal/' || new_id || '/proposed',
    jsonb_build_object('event', 'proposed', 'proposal', new_id, 'body', new_body, 'actor', session_user));
  return new_id;
end $$;
revoke all on function add_proposal(text, bigint[], bigint[], integer[], text, text, bigint) from public;

-- The rows of an account that count at the activity level now, of those asked for: open, or in a live group.
create function manual_rows(of_account integer, row_ids bigint[])
returns table (side side, row_id bigint, version integer, external_id text, amount bigint, currency text)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with standing as (
    select o.side, o.row_id, o.version, o.home_date from open_items o
    where o.account_id = of_account and o.level = 'activity' and o.row_id = any (row_ids)
    union all
    select 'processor', m.p_row_id, m.p_version, m.p_home_date from matches m
    where m.p_row_id = any (row_ids) and m.level = 'activity' and m.released_seq is null and m.account_id = of_account
    union all
    select 'internal', m.i_row_id, m.i_version, m.i_home_date from matches m
    where m.i_row_id = any (row_ids) and m.level = 'activity' and m.released_seq is null and m.account_id = of_account
  )
  select s.side, s.row_id, s.version, t.external_id, t.amount, t.currency
  from standing s
  cross join lateral (
    select p.external_id, p.gross as amount, p.currency from processor_transactions p
    where s.side = 'processor' and p.home_date = s.home_date and p.row_id = s.row_id and p.version = s.version
    union all
    select i.external_id, i.amount, i.currency from internal_transactions i
    where s.side = 'internal' and i.home_date = s.home_date and i.row_id = s.row_id and i.version = s.version
  ) t
$$;
revoke all on function manual_rows(integer, bigint[]) from public;

-- Proposes what to do about one difference: accept its group as it is (resolve), write it off, call its rows no duplicates, or take
-- back what was decided (reopen). Answers with the number of the proposal.
create function propose_decision(of_kind text, of_discrepancy bigint, why text, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  d discrepancies;
  row_ids bigint[];
  row_versions integer[];
  revoked bigint;
begin
  if of_kind is null or of_kind not in ('resolve', 'write_off', 'not_duplicate', 'reopen') then
    raise exception 'what is proposed is resolve, write_off, not_duplicate or reopen, not %', coalesce(of_kind, 'nothing');
  end if;
  d := hold_discrepancy(of_discrepancy, 'operator');
  if d.level <> 'activity' then
    raise exception 'discrepancy % is about a payout: only differences of single movements can be decided by hand. Assign it and note what you know; it closes when the payout or its entries come', d.discrepancy_id;
  end if;
  if of_kind = 'reopen' then
    if d.state = 'closed' then
      raise exception 'discrepancy % was closed by evidence (%), not by a person. If its rows do not belong together, propose the right match', d.discrepancy_id, replace(d.closed_by, '_', ' ');
    elsif d.state not in ('resolved', 'written_off') then
      raise exception 'discrepancy % is open', d.discrepancy_id;
    end if;
    perform refuse_if_proposed(d);
    select m.decision_id into revoked from manual_decisions m join manual_decision_rows r using (decision_id)
    where r.row_id = d.anchor_row_id and m.account_id = d.account_id and m.level = d.level and m.kind <> 'not_duplicate'
      and m.stale_seq is null and m.revoked_seq is null;
    if not found then
      raise exception 'discrepancy % has no decision that holds: the next run of % opens it again', d.discrepancy_id, d.account;
    end if;
    return add_proposal(of_kind, array[d.discrepancy_id], '{}', '{}', why, words, revoked);
  end if;

  if d.state not in ('open', 'assigned', 'proposed') then
    raise exception 'discrepancy % is %: nothing can be proposed but to re-open it', d.discrepancy_id, words_of_state(d);
  end if;
  perform refuse_if_proposed(d);
  select array_agg(r.row_id order by r.row_id), array_agg(r.version order by r.row_id) into row_ids, row_versions from rows_of_discrepancy(d) r;
  if of_kind = 'resolve' and (cardinality(row_ids) < 2
    or exists (select 1 from open_items o where o.account_id = d.account_id and o.level = d.level and o.row_id = d.anchor_row_id))
  then
    raise exception 'discrepancy % has no partner that could be accepted: match its row with another, write it off, or call it no duplicate', d.discrepancy_id;
  end if;
  if of_kind = 'write_off' and d.surplus < d.members then
    raise exception 'discrepancy % does not say which % of its % rows are too many: match those that belong together first', d.discrepancy_id, d.surplus, d.members;
  end if;
  return add_proposal(of_kind, array[d.discrepancy_id], row_ids, row_versions, why, words, null);
end $$;
revoke all on function propose_decision(text, bigint, text, text) from public;

-- Proposes that rows belong together: all rows of some differences, and single rows by their side and id.
create function propose_match(of_account text, of_discrepancies bigint[], sides side[], ids text[], why text, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  -- More than a person can have looked at.
  named_max constant integer := 1000;
  of_account_id integer;
  d discrepancies;
  named bigint;
  row_ids bigint[] := '{}';
  row_versions integer[];
  anchors bigint[];
  subjects bigint[];
  missing text;
begin
  if coalesce(cardinality(of_discrepancies), 0) + coalesce(cardinality(ids), 0) not between 1 and named_max
     or coalesce(cardinality(sides), 0) <> coalesce(cardinality(ids), 0) then
    raise exception 'name the 1 to % differences and rows that belong together', named_max;
  end if;
  select account_id into of_account_id from accounts where account = of_account;
  if not found then
    raise exception 'there is no account %', coalesce(of_account, 'without a name');
  end if;
  perform require_person('operator', of_account);
  perform from accounts where account_id = of_account_id for no key update;

  foreach named in array coalesce(of_discrepancies, '{}') loop
    select * into d from discrepancies where discrepancy_id = named;
    if not found or d.account_id <> of_account_id then
      raise exception 'there is no discrepancy % of account %', named, of_account;
    elsif d.level <> 'activity' then
      raise exception 'discrepancy % is about a payout: only single movements are matched by hand', named;
    elsif d.state not in ('open', 'assigned', 'proposed') then
      raise exception 'discrepancy % is %: name its rows if they belong to others', named, words_of_state(d);
    end if;
    row_ids := row_ids || array(select r.row_id from rows_of_discrepancy(d) r);
  end loop;
  select n.side || ' ' || n.id into missing
  from unnest(sides, ids) n (side, id)
  left join transaction_ids t on t.account_id = of_account_id and t.side = n.side and t.external_id = n.id
  where not exists (select 1 from manual_rows(of_account_id, array[t.row_id])) limit 1;
  if found then
    raise exception 'there is no row % in account % that a run has decided about', missing, of_account;
  end if;
  row_ids := row_ids || array(
    select t.row_id from unnest(sides, ids) n (side, id)
    join transaction_ids t on t.account_id = of_account_id and t.side = n.side and t.external_id = n.id);
  select array_agg(r.row_id order by r.row_id), array_agg(r.version order by r.row_id) into row_ids, row_versions
  from manual_rows(of_account_id, row_ids) r;

  -- The differences that these rows are part of, whether they were named or not: their own, of their cluster, of their group.
  anchors := row_ids || array(
    select v.cluster_row_id from unnest(row_ids) r (row_id)
    cross join lateral (
      select v.cluster_row_id from row_verdicts v where v.row_id = r.row_id and v.level = 'activity' order by v.decision_seq desc limit 1) v
    where v.cluster_row_id is not null
      and exists (select 1 from open_items o where o.account_id = of_account_id and o.level = 'activity' and o.row_id = r.row_id));
  anchors := anchors || array(
    with lines as (
      select m.p_row_id, m.i_row_id, m.group_id from matches m where m.p_row_id = any (row_ids) and m.level = 'activity' and m.released_seq is null
      union
      select m.p_row_id, m.i_row_id, m.group_id from matches m where m.i_row_id = any (row_ids) and m.level = 'activity' and m.released_seq is null
    )
    select x.row_id from lines l cross join lateral (values (l.p_row_id), (l.i_row_id)) x (row_id) where x.row_id is not null
    union
    select coalesce(g.p_row_id, g.i_row_id) from lines l join matches g on g.group_id = l.group_id where g.released_seq is null);
  select array_agg(x.discrepancy_id order by x.discrepancy_id) into subjects
  from discrepancies x
  where x.account_id = of_account_id and x.level = 'activity' and x.anchor_row_id = any (anchors) and x.state in ('open', 'assigned', 'proposed');
  if subjects is null then
    raise exception 'none of these rows is part of an open difference';
  end if;
  foreach named in array subjects loop
    d := hold_discrepancy(named, 'operator');
    perform refuse_if_proposed(d);
  end loop;
  return add_proposal('match', subjects, row_ids, row_versions, why, words, null);
end $$;
revoke all on function propose_match(text, bigint[], side[], text[], text, text) from public;

-- Decides what another person proposed, and only just that: by its hash, and while nothing that it is about has changed.
-- How much money a person may give up, and what follows for rules and periods, stands in 0014_controls.sql.
create function decide_proposal(of_proposal bigint, seen_sha256 text, approve boolean, words text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  chars_max constant integer := 500;
  p proposals;
  of_account text;
  d discrepancies;
  changed bigint;
  decision bigint;
begin
  select * into p from proposals where proposal_id = of_proposal;
  if not found then
    raise exception 'there is no proposal %', coalesce(of_proposal::text, 'without a number');
  end if;
  select account into strict of_account from accounts where account_id = p.account_id;
  perform require_person('approver', of_account);
  if p.proposed_by = session_user then
    raise exception 'proposal % is your own: another person has to decide it', p.proposal_id;
  end if;
  if coalesce(btrim(words), '') = '' or char_length(words) > chars_max then
    raise exception 'say why in 1 to % characters: it is kept for the auditor', chars_max;
  end if;
  if approve is null then
    raise exception 'a proposal is approved or rejected';
  end if;

  -- First the account, as a run does; whoever decides the same waits here, and finds it decided.
  perform from accounts where account_id = p.account_id for no key update;
  select * into strict p from proposals where proposal_id = of_proposal for update;
  if p.status in ('approved', 'rejected') then
    raise exception 'proposal % was % by % already', p.proposal_id, p.status, p.decided_by;
  end if;
  if p.sha256 is distinct from seen_sha256 then
    raise exception 'proposal % is not the one that you were shown: look at it again', p.proposal_id;
  end if;
  select s.discrepancy_id into changed from proposal_subjects s join discrepancies x using (discrepancy_id)
  where s.proposal_id = p.proposal_id and s.version <> x.version order by 1 limit 1;
  if found then
    select * into strict d from discrepancies where discrepancy_id = changed;
    raise exception 'proposal % is out of date: discrepancy % has changed since and is % now. Look at it again, and propose anew', p.proposal_id, changed, words_of_state(d);
  elsif p.status = 'out_of_date' then
    raise exception 'proposal % is out of date: propose anew', p.proposal_id;
  end if;
  perform require_unchanged(p);

  if approve then
    perform require_within_limits(p);
  end if;
  if approve and p.kind in ('rule_set', 'period') then
    perform put_in_force(p);
  elsif approve and p.kind = 'reopen' then
    decision := (p.body::jsonb ->> 'revokes')::bigint;
    perform revoke_manual_decision(decision, words);
  elsif approve then
    select record_manual_decision(p.account_id, case p.kind when 'write_off' then p.kind when 'not_duplicate' then p.kind else 'group' end, 'activity',
      p.reason || ': ' || p.because || ' (proposal ' || p.proposal_id || ' of ' || p.proposed_by || ')',
      array_agg((r ->> 'row')::bigint order by n), array_agg((r ->> 'version')::integer order by n))
    into decision from jsonb_array_elements(p.body::jsonb -> 'rows') with ordinality x (r, n);
  end if;
  update proposals
  set status = case when approve then 'approved' else 'rejected' end, decided_by = session_user, decided_at = now(), decided_because = words,
      decision_id = decision
  where proposal_id = p.proposal_id;
  if not approve then
    update discrepancies x set state = case when x.assignee is null then 'open' else 'assigned' end::discrepancy_state
    from proposal_subjects s where s.proposal_id = p.proposal_id and x.discrepancy_id = s.discrepancy_id and x.state = 'proposed';
  end if;
  perform note_event(s.discrepancy_id, case when approve then 'approved' else 'rejected' end, 'proposal ' || p.proposal_id)
  from proposal_subjects s where s.proposal_id = p.proposal_id order by s.discrepancy_id;
  perform note_in_audit(of_account, 'proposal/' || p.proposal_id || '/decided', jsonb_build_object(
    'event', case when approve then 'approved' else 'rejected' end, 'proposal', p.proposal_id, 'sha256', p.sha256, 'because', words,
    'decision', decision, 'actor', session_user));
end $$;
revoke all on function decide_proposal(bigint, text, boolean, text) from public;

-- Marks what is overdue, once for each time its deadline has passed again, and tells it: whoever is next has to be told.
create function escalate_overdue(as_of timestamptz, count_max integer)
returns table (discrepancy_id bigint, account text, severity severity, assignee text, due_at timestamptz, escalation integer)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  -- Who has not listened by then will not.
  escalations_max constant integer := 3;
  found_one record;
  held integer[];
begin
  if count_max is null or count_max not between 1 and 10000 or as_of is null or as_of > now() + interval '1 day' then
    raise exception 'escalate_overdue: of at most 10000 at a time, and as of now';
  end if;
  -- First the accounts, as a run and a person do. One that is being decided has its turn at the next sweep.
  held := array(
    select a.account_id from accounts a
    where a.account_id in (select d.account_id from discrepancies d where d.due_at < as_of and d.escalation < escalations_max)
    order by a.account_id for no key update skip locked);
  for found_one in
    select d.discrepancy_id, d.account, d.severity, d.assignee, d.due_at
    from discrepancies d join severity_deadlines l using (severity)
    where d.account_id = any (held) and d.due_at < as_of and d.escalation < escalations_max
      and d.due_from + l.due_within * (d.escalation + 1) < as_of
    order by d.severity desc, d.discrepancy_id limit count_max for update of d skip locked
  loop
    update discrepancies d set escalation = d.escalation + 1, escalated_at = as_of
    where d.discrepancy_id = found_one.discrepancy_id returning d.escalation into escalation;
    perform note_event(found_one.discrepancy_id, 'escalated', 'escalation ' || escalation);
    discrepancy_id := found_one.discrepancy_id;
    account := found_one.account;
    severity := found_one.severity;
    assignee := found_one.assignee;
    due_at := found_one.due_at;
    return next;
  end loop;
end $$;
revoke all on function escalate_overdue(timestamptz, integer) from public;

-- Enters a person, or changes as what and for which accounts. The login and its roles were made by whoever may make logins.
-- Limits are [{account or *, currency, amount in minor units}] (0014_controls.sql); what was there before does not count any more.
create function register_person(who text, as_roles text[], everywhere boolean, only_accounts text[], limits jsonb default '[]') returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  accounts_max constant integer := 500;
  limits_max constant integer := 5000;
  entered people;
  missing text;
begin
  if who = session_user then
    raise exception 'nobody enters himself: another administrator does';
  end if;
  if not exists (select 1 from pg_roles r where r.rolname = who and r.rolcanlogin) then
    raise exception 'there is no login %', coalesce(who, 'without a name');
  end if;
  if everywhere is null or everywhere <> (coalesce(cardinality(only_accounts), 0) = 0) or cardinality(only_accounts) > accounts_max
     or exists (select 1 from unnest(only_accounts) a where a is null or a !~ '^[a-z][a-z0-9_-]{0,30}/[a-z0-9][a-z0-9_.-]{0,60}$') then
    raise exception 'a person acts on all accounts, or on 1 to % that are named such as stripe/us', accounts_max;
  end if;
  insert into people as p (login, roles, all_accounts) values (who, as_roles, everywhere)
  on conflict (login) do update
  set roles = excluded.roles, all_accounts = excluded.all_accounts, changes = p.changes + 1, changed_by = session_user, changed_at = now()
  returning * into entered;
  select r into missing from unnest(as_roles) r where not pg_has_role(who, 'recon_' || r, 'usage') limit 1;
  if found then
    raise exception 'the login % was not granted recon_%', who, missing;
  end if;
  delete from person_accounts where login = who;
  insert into person_accounts (login, account) select distinct who, a from unnest(only_accounts) a;

  if jsonb_array_length(limits) > limits_max or (jsonb_array_length(limits) > 0 and not 'approver' = any (as_roles)) then
    raise exception 'at most % limits, and only of an approver: nobody else decides', limits_max;
  end if;
  select l ->> 'account' into missing from jsonb_array_elements(limits) l
  where l ->> 'account' <> '*' and not everywhere and not l ->> 'account' = any (only_accounts) limit 1;
  if found then
    raise exception 'a limit for account %, on which % may not act', missing, who;
  end if;
  delete from write_off_limits where login = who;
  insert into write_off_limits (login, account, currency, amount_max)
  select who, l ->> 'account', l ->> 'currency', (l ->> 'amount')::numeric from jsonb_array_elements(limits) l;
  perform note_in_audit('system', 'person/' || who || '/' || entered.changes, jsonb_build_object(
    'event', 'access', 'person', who, 'roles', as_roles, 'all_accounts', everywhere, 'accounts', only_accounts,
    'write_off_limits', limits, 'actor', session_user));
end $$;
revoke all on function register_person(text, text[], boolean, text[], jsonb) from public;

-- People read what discrepancies are shown with: all but the audit log, which is for those who look at what people did. The
-- administrator reads who may do what, and no business row.
grant usage on schema public to recon_operator, recon_approver, recon_admin;
grant select on all tables in schema public to recon_operator, recon_approver;
revoke select on audit_log, audit_heads from recon_operator, recon_approver;
grant select on people, person_accounts, decision_reasons, severity_deadlines, discrepancy_notes, proposals, proposal_subjects, discrepancy_deadlines
  to recon_worker, recon_auditor;
grant select on people, person_accounts to recon_admin;

grant execute on function assign_discrepancy(bigint, text), note_discrepancy(bigint, text), propose_decision(text, bigint, text, text),
  propose_match(text, bigint[], side[], text[], text, text) to recon_operator;
grant execute on function decide_proposal(bigint, text, boolean, text) to recon_approver;
grant execute on function register_person(text, text[], boolean, text[], jsonb) to recon_admin;
grant execute on function escalate_overdue(timestamptz, integer) to recon_worker;

-- The worker changes what runs decide of a difference, and nothing that people do with it.
revoke update on discrepancies from recon_worker;
grant update (verdict, reason, state, severity, kind, currency, amount, partner_external_id, differences, members, surplus, balanced,
  changed_seq, closed_seq, closed_by) on discrepancies to recon_worker;
