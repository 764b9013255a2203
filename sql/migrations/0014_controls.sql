-- How much money a person may give up by a decision, which rules an account's runs may apply, and which days are done with. All of
-- it stands behind decide_proposal (0011), which asks here: there is one way to decide.

-- Of an approver, in minor units of the currency: at most so much within 24 hours on the account, so that a sum that is split over
-- several proposals is still one sum. Nothing is converted: what is not limited in its own currency may not be given up at all.
create table write_off_limits (
  login text not null references people,
  -- An account by name, as in person_accounts; * is every account that the person may act on and that is not named.
  account text not null check (account = '*' or account ~ '^[a-z][a-z0-9_-]{0,30}/[a-z0-9][a-z0-9_.-]{0,60}$'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_max numeric(38, 0) not null check (amount_max >= 0),
  primary key (login, account, currency)
);
create index proposals_by_decision on proposals (account_id, decided_by, decided_at) where status = 'approved';

-- Which rules were in force from when on. The latest is; numbers are given while the account is held.
create table rule_set_activations (
  activation_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  rule_set_hash text not null references rule_sets,
  proposal_id bigint not null unique references proposals,
  activated_at timestamptz not null default now()
);
create index rule_set_activations_by_account on rule_set_activations (account_id, activation_id);

-- Through which day an account's days are done with: no run of them is opened any more. The latest is in force; null: none is locked.
create table period_locks (
  lock_id bigint generated always as identity primary key,
  account_id integer not null references accounts,
  through date,
  proposal_id bigint not null unique references proposals,
  locked_at timestamptz not null default now()
);
create index period_locks_by_account on period_locks (account_id, lock_id);

-- What a proposal gives up, from its own words, which its hash binds: what is at stake in the differences that are written off or
-- accepted as they are, and what rows that are called one movement do not agree about. Never netted but between the sides of a match.
create function money_given_up(of_kind text, of_body text) returns table (currency text, amount numeric)
language sql immutable set search_path = pg_catalog, public, pg_temp as $$
  select d ->> 'currency', sum(abs((d ->> 'amount')::numeric))
  from jsonb_array_elements(of_body::jsonb -> 'discrepancies') d
  where of_kind in ('write_off', 'resolve') group by 1
  union all
  select r ->> 'currency', abs(sum(case r ->> 'side' when 'processor' then 1 else -1 end * (r ->> 'amount')::numeric))
  from jsonb_array_elements(of_body::jsonb -> 'rows') r
  where of_kind = 'match' group by 1
$$;
revoke all on function money_given_up(text, text) from public;

-- Where a person would go past a limit by approving a proposal now: by currency, what it gives up, what the person has given up on
-- that account already, and the limit. No row: the person stays within all of them.
create function limits_exceeded(who text, p proposals) returns table (currency text, amount numeric, already numeric, amount_max numeric)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select g.currency, g.amount, b.already, coalesce(l.amount_max, 0)
  from money_given_up(p.kind, p.body) g
  cross join lateral (
    select coalesce(sum(o.amount), 0) as already
    from proposals x cross join lateral money_given_up(x.kind, x.body) o
    where x.account_id = p.account_id and x.decided_by = who and x.status = 'approved' and x.decided_at > now() - interval '24 hours'
      and o.currency = g.currency) b
  left join lateral (
    select w.amount_max from write_off_limits w
    where w.login = who and w.currency = g.currency and w.account in ('*', (select a.account from accounts a where a.account_id = p.account_id))
    order by w.account = '*' limit 1) l on true
  where g.amount > 0 and g.amount + b.already > coalesce(l.amount_max, 0)
$$;
revoke all on function limits_exceeded(text, proposals) from public;

-- Refuses an approval past the limit of whoever decides, and says who could. Amounts are said as "50000 minor USD": how many decimals
-- a currency has, the client knows.
create function require_within_limits(p proposals) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  named_max constant integer := 10;
  over record;
  others text;
begin
  select * into over from limits_exceeded(session_user, p) order by currency limit 1;
  if not found then
    return;
  end if;
  select string_agg(c.login, ', ' order by c.login) into others from (
    select e.login from people e join accounts a on a.account_id = p.account_id
    where 'approver' = any (e.roles) and e.login not in (session_user, p.proposed_by)
      and exists (select 1 from pg_roles r where r.rolname = e.login and r.rolcanlogin)
      and (e.all_accounts or exists (select 1 from person_accounts n where n.login = e.login and n.account = a.account))
      and not exists (select 1 from limits_exceeded(e.login, p))
    order by e.login limit named_max) c;
  raise exception 'proposal % gives up % minor %, and your limit on this account is % minor % within 24 hours%. %', p.proposal_id,
    over.amount, over.currency, over.amount_max, over.currency,
    case when over.already > 0 then ', of which you have approved ' || over.already || ' minor ' || over.currency else '' end,
    coalesce('It could be decided by ' || others,
      'Nobody has a limit that reaches: an administrator sets one with recon access add LOGIN … --write-off-limit');
end $$;
revoke all on function require_within_limits(proposals) from public;

-- The rules that an account's runs apply: those approved last; where none ever were, those of the latest run. Null before both.
create function rule_set_in_force(of_account integer) returns text
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(
    (select rule_set_hash from rule_set_activations where account_id = of_account order by activation_id desc limit 1),
    (select rule_set_hash from reconciliation_runs where account_id = of_account and decision_seq is not null order by decision_seq desc limit 1))
$$;
revoke all on function rule_set_in_force(integer) from public;

-- What an account's days come to that would be locked: how many, the digest of what was decided about them, what is still open in them.
create function period_facts(of_account integer, new_through date) returns jsonb
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  with span as (
    select l.through as locked, coalesce(l.through + 1, a.start_date) as from_date
    from accounts a left join lateral (
      select through from period_locks where account_id = a.account_id order by lock_id desc limit 1) l on true
    where a.account_id = of_account
  ), latest as (
    select distinct on (r.run_date) to_char(r.run_date, 'YYYY-MM-DD') || '#' || r.run_number || ' ' || r.result_digest as result
    from reconciliation_runs r, span
    where r.account_id = of_account and r.status = 'completed' and r.outcome <> 'inconclusive' and r.run_date between from_date and new_through
    order by r.run_date, r.run_number desc
  ), still_open as (
    select d.currency, count(*) as differences, sum(d.amount) as amount from discrepancies d, span
    where d.account_id = of_account and d.state in ('open', 'assigned', 'proposed') and d.business_date between from_date and new_through
    group by d.currency
  )
  select jsonb_build_object(
    'replaces', locked, 'from', from_date, 'through', new_through, 'days', (select count(*) from latest),
    'results', (select encode(sha256(convert_to(coalesce(string_agg(result, E'\n' order by result collate "C"), ''), 'UTF8')), 'hex') from latest),
    'open', (select coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'differences', differences, 'amount', amount::text)
      order by currency), '[]') from still_open))
  from span
$$;
revoke all on function period_facts(integer, date) from public;

-- Whether a proposal about an account still says what it would say now. One about differences is bound to their versions instead.
create function says_what_is_so(p proposals) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select p.body::jsonb || case p.kind
    when 'rule_set' then jsonb_build_object('replaces', rule_set_in_force(p.account_id))
    when 'period' then period_facts(p.account_id, (p.body::jsonb ->> 'through')::date)
    else '{}'
  end = p.body::jsonb
$$;
revoke all on function says_what_is_so(proposals) from public;

create function require_unchanged(p proposals) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not says_what_is_so(p) then
    raise exception 'proposal % is out of date: what it was compared with has changed since. Look at it again, and propose anew', p.proposal_id;
  end if;
  if p.kind = 'period' then
    perform require_days_done(p.account_id, (p.body::jsonb ->> 'from')::date, (p.body::jsonb ->> 'through')::date);
  end if;
end $$;
revoke all on function require_unchanged(proposals) from public;

-- Takes hold of an account to propose something about it. One proposal of a kind waits at a time; one that is out of date makes way.
create function hold_account(of_account text, of_kind text, words text) returns accounts
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  because_chars_max constant integer := 500;
  held accounts;
  waiting proposals;
begin
  perform require_person('operator', of_account);
  if coalesce(btrim(words), '') = '' or char_length(words) > because_chars_max then
    raise exception 'say why in 1 to % characters: the one who decides reads it, and the auditor', because_chars_max;
  end if;
  select * into held from accounts where account = of_account for no key update;
  if not found then
    raise exception 'there is no account % yet: its first run makes it known', of_account;
  end if;
  for waiting in select * from proposals where account_id = held.account_id and kind = of_kind and status = 'pending' loop
    if says_what_is_so(waiting) then
      raise exception 'proposal % of % waits for its decision: let it be decided first', waiting.proposal_id, of_account;
    end if;
    update proposals set status = 'out_of_date' where proposal_id = waiting.proposal_id;
    perform note_in_audit(of_account, 'proposal/' || waiting.proposal_id || '/out_of_date',
      jsonb_build_object('event', 'out_of_date', 'proposal', waiting.proposal_id, 'actor', session_user));
  end loop;
  return held;
end $$;
revoke all on function hold_account(text, text, text) from public;

create function add_account_proposal(held accounts, of_kind text, words text, facts jsonb) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  new_body text := (jsonb_build_object('kind', of_kind, 'account', held.account, 'because', words) || facts)::text;
  new_id bigint;
begin
  insert into proposals (account_id, kind, body, sha256, reason, because)
  values (held.account_id, of_kind, new_body, encode(sha256(convert_to(new_body, 'UTF8')), 'hex'), 'other', words)
  returning proposal_id into new_id;
  perform note_in_audit(held.account, 'proposal/' || new_id || '/proposed',
    jsonb_build_object('event', 'proposed', 'proposal', new_id, 'body', new_body, 'actor', session_user));
  return new_id;
end $$;
revoke all on function add_account_proposal(accounts, text, text, jsonb) from public;

-- Proposes that an account's runs apply a rule set, given as canonical JSON. Answers with the number of the proposal.
create function propose_rule_set(of_account text, canonical text, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  canonical_chars_max constant integer := 200000;
  held accounts := hold_account(of_account, 'rule_set', words);
  new_hash text := encode(sha256(convert_to(canonical, 'UTF8')), 'hex');
  replaced text := rule_set_in_force(held.account_id);
begin
  if canonical is null or char_length(canonical) > canonical_chars_max or jsonb_typeof(canonical::jsonb) <> 'object' then
    raise exception 'a rule set is a JSON object of at most % characters', canonical_chars_max;
  end if;
  if new_hash = (select rule_set_hash from rule_set_activations where account_id = held.account_id order by activation_id desc limit 1) then
    raise exception 'the rule set % is in force on % already', new_hash, of_account;
  end if;
  insert into rule_sets (rule_set_hash, body) values (new_hash, canonical) on conflict do nothing;
  return add_account_proposal(held, 'rule_set', words, jsonb_build_object('ruleSet', new_hash, 'replaces', replaced,
    -- Reckoned here, from what is stored: whoever decides need not believe whoever proposes.
    'changes', (
      select coalesce(jsonb_agg(jsonb_build_object('part', part, 'from', o.value, 'to', n.value) order by part collate "C"), '[]')
      from jsonb_each(coalesce((select r.body::jsonb from rule_sets r where r.rule_set_hash = replaced), '{}')) o (part, value)
      full join jsonb_each(canonical::jsonb) n (part, value) using (part)
      where o.value is distinct from n.value)));
end $$;
revoke all on function propose_rule_set(text, text, text) from public;

-- Refuses to lock days that a run is still to come of, or decides at this moment.
create function require_days_done(of_account integer, from_date date, new_through date) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  days_max constant integer := 3660;
  missing date;
begin
  if new_through - from_date >= days_max then
    raise exception 'at most % days are locked at once', days_max;
  end if;
  select d::date into missing from generate_series(from_date::timestamp, new_through::timestamp, interval '1 day') d
  where not exists (
      select 1 from reconciliation_runs r
      where r.account_id = of_account and r.run_date = d::date and r.status = 'completed' and r.outcome <> 'inconclusive')
    or exists (select 1 from reconciliation_runs r where r.account_id = of_account and r.run_date = d::date and r.status = 'running')
  order by d limit 1;
  if found then
    raise exception '% is not done: a day is locked when a run has concluded it and none is under way', to_char(missing, 'YYYY-MM-DD');
  end if;
end $$;
revoke all on function require_days_done(integer, date, date) from public;

-- Proposes that an account's days are done with through a day: a later one than now locks more days, an earlier one or null opens
-- them again. Answers with the number of the proposal.
create function propose_period(of_account text, new_through date, words text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  held accounts := hold_account(of_account, 'period', words);
  facts jsonb := period_facts(held.account_id, new_through);
begin
  if new_through < held.start_date then
    raise exception '% begins on %: nothing before it can be locked', of_account, to_char(held.start_date, 'YYYY-MM-DD');
  end if;
  if facts -> 'replaces' = facts -> 'through' then
    raise exception '% is locked through % already', of_account, coalesce(facts ->> 'through', 'no day');
  end if;
  perform require_days_done(held.account_id, (facts ->> 'from')::date, new_through);
  return add_account_proposal(held, 'period', words, facts);
end $$;
revoke all on function propose_period(text, date, text) from public;

-- Puts what was approved about an account in force, from the next run on.
create function put_in_force(p proposals) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  said jsonb := p.body::jsonb;
  of_account text;
  new_id bigint;
begin
  -- Written, not only locked: a run that decides meanwhile looked before, and has to start again.
  update accounts set decision_seq = decision_seq where account_id = p.account_id returning account into of_account;
  if p.kind = 'rule_set' then
    insert into rule_set_activations (account_id, rule_set_hash, proposal_id) values (p.account_id, said ->> 'ruleSet', p.proposal_id)
    returning activation_id into new_id;
    perform note_in_audit(of_account, 'rule_set/' || new_id || '/activated', jsonb_build_object('event', 'rule_set_activated',
      'ruleSet', said ->> 'ruleSet', 'replaces', said ->> 'replaces', 'proposal', p.proposal_id, 'actor', session_user));
  else
    insert into period_locks (account_id, through, proposal_id) values (p.account_id, (said ->> 'through')::date, p.proposal_id)
    returning lock_id into new_id;
    perform note_in_audit(of_account, 'period/' || new_id || '/locked', jsonb_build_object('event', 'period_locked',
      'through', said ->> 'through', 'replaces', said ->> 'replaces', 'proposal', p.proposal_id, 'actor', session_user));
  end if;
end $$;
revoke all on function put_in_force(proposals) from public;

-- Whoever opens a run, and however: not of a day that is done with. The worker says it before, in better words.
create function refuse_locked_day() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.run_date <= (select through from period_locks where account_id = new.account_id order by lock_id desc limit 1) then
    raise exception '% of % is locked', to_char(new.run_date, 'YYYY-MM-DD'), new.account;
  end if;
  return new;
end $$;
revoke all on function refuse_locked_day() from public;
create trigger refuse_locked_day before insert or update of account_id, run_date on reconciliation_runs
  for each row execute function refuse_locked_day();

grant select on write_off_limits, rule_set_activations, period_locks to recon_worker, recon_auditor, recon_operator, recon_approver;
grant select on write_off_limits to recon_admin;
grant execute on function propose_rule_set(text, text, text), propose_period(text, date, text) to recon_operator;
