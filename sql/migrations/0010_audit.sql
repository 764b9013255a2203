-- What happened, in an order that cannot be changed unseen: one chain of hashes for each account, and one for the system.
-- Rows are only ever added, by audit_append, which anybody may be granted without any right on the tables. A superuser can still
-- get round triggers and cut a tail: so the heads are anchored outside of this database (activities/audit/anchor-chain.ts), and
-- verification recomputes everything without these functions (domain/audit-chain.ts).

create table audit_log (
  -- An account's name, or system.
  chain text collate "C" not null,
  -- Grows when a chain is continued after part of it was lost.
  epoch integer not null check (epoch >= 1),
  seq bigint not null check (seq >= 1),
  -- What happened, named so that it cannot happen twice: run/2026-01-31#2/completed.
  event_key text collate "C" not null,
  event text collate "C" not null,
  actor text not null,
  at timestamptz not null,
  -- JSON as text, exactly as it was hashed: jsonb and row casts depend on settings. Key, event, actor and time stand in it too;
  -- their columns are for searching.
  body text not null,
  body_sha256 text collate "C" not null check (body_sha256 ~ '^[0-9a-f]{64}$'),
  -- Of the first row: zeros.
  prev_hash text collate "C" not null check (prev_hash ~ '^[0-9a-f]{64}$'),
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  primary key (chain, epoch, seq),
  unique (chain, event_key)
);

create table audit_heads (
  chain text collate "C" primary key,
  epoch integer not null,
  -- Of the last row; 0 before the first.
  seq bigint not null,
  hash text collate "C" not null
);

-- sha256 over (domain, chain, epoch, seq, previous hash, sha256 of the body), each with its length before it, so that no two
-- different rows are the same bytes.
create function audit_row_hash(chain text, epoch integer, seq bigint, prev_hash text, body_sha256 text) returns text
language sql immutable strict set search_path = pg_catalog, public, pg_temp as $$
  select encode(sha256(string_agg(int4send(octet_length(part)) || part, ''::bytea order by position)), 'hex')
  from unnest(array[
    convert_to('recon/audit/v1', 'UTF8'), convert_to(chain, 'UTF8'), convert_to(epoch::text, 'UTF8'), convert_to(seq::text, 'UTF8'),
    decode(prev_hash, 'hex'), decode(body_sha256, 'hex')]) with ordinality as parts (part, position)
$$;
revoke all on function audit_row_hash(text, integer, bigint, text, text) from public;

-- Waits for whoever appends to the chain, and keeps everybody else waiting until the transaction ends.
create function audit_lock_head(locked_chain text) returns audit_heads
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  head public.audit_heads;
begin
  if locked_chain is null or (locked_chain <> 'system' and not exists (select 1 from accounts a where a.account = locked_chain)) then
    raise exception 'there is no audit chain %: it is the name of an account, or system', coalesce(locked_chain, 'without a name');
  end if;
  select h.* into head from audit_heads h where h.chain = locked_chain for update;
  if not found then
    insert into audit_heads (chain, epoch, seq, hash) values (locked_chain, 1, 0, repeat('0', 64)) on conflict do nothing;
    select h.* into strict head from audit_heads h where h.chain = locked_chain for update;
  end if;
  return head;
end $$;
revoke all on function audit_lock_head(text) from public;

-- For a REPEATABLE READ transaction that works long before it appends: taken at its start, nobody can append to the chain meanwhile,
-- which would make the work in vain. Lock order: account, run, chain.
create function audit_hold(chain text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform audit_lock_head(audit_hold.chain);
end $$;
revoke all on function audit_hold(text) from public;

-- Adds one event to a chain, as the last statement of the transaction in which it happens, and answers with its number.
-- The body is a JSON object with an "event" and no personal data. The same key again is the same event, and adds nothing; with
-- another body it is refused. The number comes from the head: a sequence leaves gaps, and a gap is what a deletion looks like.
create function audit_append(chain text, event_key text, body text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
#variable_conflict use_column
declare
  body_bytes_max constant integer := 65536;
  key_bytes_max constant integer := 500;
  said jsonb;
  head public.audit_heads;
  known record;
  new_at timestamptz;
  new_body text;
  new_sha256 text;
  new_hash text;
begin
  if coalesce(audit_append.event_key, '') !~ '^[!-~]+$' or octet_length(audit_append.event_key) > key_bytes_max then
    raise exception 'an audit event needs a key of 1 to % printable characters without blanks', key_bytes_max;
  end if;
  if audit_append.body is null or octet_length(audit_append.body) > body_bytes_max then
    raise exception 'the body of audit event % is missing or longer than % bytes: many rows are told by their digest',
      audit_append.event_key, body_bytes_max;
  end if;
  said := audit_append.body::jsonb;
  if jsonb_typeof(said) <> 'object' or coalesce(said ->> 'event', '') !~ '^[a-z][a-z0-9_]{0,60}$' then
    raise exception 'the body of audit event % is not a JSON object with an event such as run_completed', audit_append.event_key;
  end if;

  head := audit_lock_head(audit_append.chain);
  select l.seq, l.body into known from audit_log l
  where l.chain = audit_append.chain and l.event_key = audit_append.event_key;
  if found then
    if known.body::jsonb -> 'data' <> said then
      raise exception 'audit event % of chain % says something else already: what happened cannot be told again differently',
        audit_append.event_key, audit_append.chain using errcode = 'unique_violation';
    end if;
    return known.seq;
  end if;

  new_at := clock_timestamp();
  new_body := format('{"actor":%s,"at":"%s","data":%s,"key":%s}', to_json(session_user::text),
    to_char(new_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), audit_append.body, to_json(audit_append.event_key));
  new_sha256 := encode(sha256(convert_to(new_body, 'UTF8')), 'hex');
  new_hash := audit_row_hash(head.chain, head.epoch, head.seq + 1, head.hash, new_sha256);
  insert into audit_log (chain, epoch, seq, event_key, event, actor, at, body, body_sha256, prev_hash, hash)
  values (head.chain, head.epoch, head.seq + 1, audit_append.event_key, said ->> 'event', session_user, new_at, new_body, new_sha256,
    head.hash, new_hash);
  update audit_heads set seq = head.seq + 1, hash = new_hash where audit_heads.chain = head.chain;
  return head.seq + 1;
end $$;
revoke all on function audit_append(text, text, text) from public;

-- Where a chain stands, or stood at a number, and since when: what an anchor says, for a worker that may not read the log. No row: it
-- never got there.
create function audit_point(chain text, at_seq bigint default null) returns table (epoch integer, seq bigint, hash text, at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select h.epoch, h.seq, h.hash,
         (select l.at from audit_log l where l.chain = h.chain and l.epoch = h.epoch and l.seq = h.seq)
  from audit_heads h where h.chain = audit_point.chain and audit_point.at_seq is null and h.seq > 0
  union all
  (select l.epoch, l.seq, l.hash, l.at from audit_log l
   where l.chain = audit_point.chain and l.seq = audit_point.at_seq order by l.epoch desc limit 1)
$$;
revoke all on function audit_point(text, bigint) from public;

create function audit_refuse() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  raise exception '% of % is refused: what was written there stays as it is', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end $$;
revoke all on function audit_refuse() from public;

create function audit_step() returns trigger
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.chain <> old.chain or new.epoch <> old.epoch or new.seq <> old.seq + 1
     or not exists (select 1 from audit_log l where l.chain = new.chain and l.epoch = new.epoch and l.seq = new.seq
                    and l.prev_hash = old.hash and l.hash = new.hash) then
    raise exception 'the head of chain % moves only to the row that was appended', old.chain using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
revoke all on function audit_step() from public;

create trigger audit_log_stays before update or delete or truncate on audit_log
  for each statement execute function audit_refuse();
create trigger audit_heads_stay before delete or truncate on audit_heads
  for each statement execute function audit_refuse();
create trigger audit_heads_step before update on audit_heads for each row execute function audit_step();
-- In the sessions of replication too, where ordinary triggers keep silent.
alter table audit_log enable always trigger audit_log_stays;
alter table audit_heads enable always trigger audit_heads_stay;
alter table audit_heads enable always trigger audit_heads_step;

grant select on audit_log, audit_heads to recon_auditor;
grant execute on function audit_append(text, text, text), audit_hold(text), audit_point(text, bigint) to recon_worker;
grant execute on function audit_point(text, bigint) to recon_auditor;

-- What was applied before there was a log; migrate.ts tells the later ones.
select audit_append('system', 'migration/' || m.file, json_build_object('event', 'migration_applied', 'file', m.file, 'sha256', m.sha256)::text)
from (select file, sha256 from schema_migrations order by file collate "C") m;
