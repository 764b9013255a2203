-- What is known about the completeness of what was read: content that is staged already, reads that reach only as far as
-- their last row, reads that are the whole truth, the processor's own balances, and what changed between versions.

-- Identity of what stands in a shard. The same content of an account and side is staged once, whatever batch names it.
alter table fetch_shards add column content_key text;
create index fetch_shards_by_content on fetch_shards (content_key) where content_key is not null;

-- The days that a shard of a snapshot holds, and is therefore the whole truth about.
alter table fetch_shards add column first_home_date date;
alter table fetch_shards add column last_home_date date;

-- Nobody states how far the rows reach: they are believed up to the end of the last row's business day.
alter table batches add column reaches_last_row boolean not null default false;
-- The whole truth about the days it holds: rows that are not in it any more are withdrawn when it is finished.
alter table batches add column snapshot boolean not null default false;
-- What a snapshot was made of, by the content keys of its plan, whether it read them or left them out as known: the same content
-- again is news only when another snapshot came between.
alter table batches add column snapshot_contents text[] not null default '{}';
-- Finished by a run. A read that was abandoned is done without: nothing was withdrawn for it, and nothing of it is believed.
alter table batches add column settled boolean not null default false;
-- Shards that were left out because earlier batches had staged them, and the rows that they gave: no silence of the source.
alter table batches add column known_shards integer not null default 0;
alter table batches add column known_rows bigint not null default 0;

-- The version that a snapshot made of a row that is not in it any more. Months made later take the column from here.
alter table processor_transactions add column withdrawn boolean not null default false;
alter table internal_transactions add column withdrawn boolean not null default false;

-- Which rows an unfinished snapshot has delivered, repeats too; emptied when it is finished.
create table snapshot_rows (
  batch_id bigint not null,
  row_id bigint not null,
  primary key (batch_id, row_id)
);
grant select on snapshot_rows to recon_worker, recon_auditor;
grant insert, delete on snapshot_rows to recon_worker;

-- What the processor said that the account held, all of it, at the end of a read: a control over the rows it listed.
create table balance_readings (
  batch_id bigint not null references batches,
  currency text collate "C" not null,
  account_id integer not null references accounts,
  as_of timestamptz not null,
  total bigint not null,
  created_at timestamptz not null default now(),
  primary key (batch_id, currency)
);
create index balance_readings_by_time on balance_readings (account_id, as_of);
grant select on balance_readings to recon_worker, recon_auditor;
grant insert on balance_readings to recon_worker;

-- What a version says differently than the one before it, field by field. Asked for one row (row_id and home_date) it
-- reads that row only. Money is in minor units of its version's currency.
create view row_changes as
select a.account, c.account_id, c.side, c.external_id, c.row_id, c.home_date, c.version, c.batch_id, c.currency_before, c.currency,
       c.field, c.before, c.after
from (
  select t.account_id, 'processor'::side as side, t.external_id, t.row_id, t.home_date, t.version, t.batch_id,
         p.currency as currency_before, t.currency, case n.key when 'gross' then 'amount' else n.key end as field,
         o.value as before, n.value as after
  from processor_transactions t
  join processor_transactions p on p.home_date = t.home_date and p.row_id = t.row_id and p.version = t.version - 1
  cross join lateral jsonb_each_text(to_jsonb(t)) n
  join lateral jsonb_each_text(to_jsonb(p)) o on o.key = n.key and o.value is distinct from n.value
  where n.key not in ('batch_id', 'version', 'line', 'content_hash')
  union all
  select t.account_id, 'processor', t.external_id, t.row_id, t.home_date, t.version, t.batch_id, p.currency, t.currency, 'references',
         o.said, n.said
  from processor_transactions t
  join processor_transactions p on p.home_date = t.home_date and p.row_id = t.row_id and p.version = t.version - 1
  cross join lateral (select string_agg(f.type || ' ' || f.value, ', ' order by f.type, f.value) as said
                      from row_references f where f.row_id = t.row_id and f.version = t.version) n
  cross join lateral (select string_agg(f.type || ' ' || f.value, ', ' order by f.type, f.value) as said
                      from row_references f where f.row_id = p.row_id and f.version = p.version) o
  where n.said is distinct from o.said and not t.withdrawn and not p.withdrawn
  union all
  select t.account_id, 'internal', t.external_id, t.row_id, t.home_date, t.version, t.batch_id, p.currency, t.currency, n.key,
         o.value, n.value
  from internal_transactions t
  join internal_transactions p on p.home_date = t.home_date and p.row_id = t.row_id and p.version = t.version - 1
  cross join lateral jsonb_each_text(to_jsonb(t)) n
  join lateral jsonb_each_text(to_jsonb(p)) o on o.key = n.key and o.value is distinct from n.value
  where n.key not in ('batch_id', 'version', 'line', 'content_hash')
) c
join accounts a using (account_id);
grant select on row_changes to recon_worker, recon_auditor;
