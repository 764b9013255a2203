-- The company's own database, as far as reconciliation meets it: orders, the money ledger, and how far the ledger is complete.
-- It is another system's schema: recon reads it through one query and never writes to it.
create schema if not exists shop;

create table if not exists shop.orders (
  account text not null,
  id text not null,
  placed_at timestamptz not null,
  total numeric(18, 3) not null,
  currency char(3) not null,
  primary key (account, id)
);

create table if not exists shop.ledger (
  id uuid primary key,
  account text not null,
  order_id text,
  kind text not null check (kind in ('payment', 'refund', 'dispute', 'fee')),
  -- Signed from the shop's balance: a refund is negative. Three decimals hold every currency the shop sells in.
  amount numeric(18, 3) not null,
  currency char(3) not null,
  fee numeric(18, 3),
  status text not null check (status in ('paid', 'failed')),
  -- The processor's id of the charge, refund or dispute, where the shop learned it.
  processor_reference text,
  occurred_at timestamptz not null,
  created_at timestamptz not null
);
create index if not exists ledger_window on shop.ledger (account, occurred_at);

create table if not exists shop.etl (
  account text primary key,
  -- Everything before this instant is in the ledger.
  loaded_until timestamptz not null
);

-- A role belongs to the whole cluster, so another database may have made it, or may be making it right now.
do $$
begin
  create role shop_reader login password 'shop_reader';
  alter role shop_reader set default_transaction_read_only = on;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema shop to shop_reader;
grant select on all tables in schema shop to shop_reader;
