-- Where a page lands before its rows get their identity. Per connection, emptied at each commit, never logged.
create temp table if not exists stage_processor (
  row_id bigint not null default nextval('row_ids'),
  ord integer not null, line integer, external_id text collate "C" not null, home_date date not null, level level not null,
  kind kind not null, unknown_code text, gross bigint not null, fee bigint, net bigint, currency text collate "C" not null,
  occurred_ms bigint not null, status row_status not null, reverses boolean not null, moves_balance boolean not null,
  test_mode boolean not null, merchant_reference text collate "C", parent_id text collate "C", payout_id text collate "C",
  available_on date, presentment_amount bigint, presentment_currency text collate "C", fx_rate numeric,
  content_hash bigint not null
) on commit delete rows;

create temp table if not exists stage_internal (
  row_id bigint not null default nextval('row_ids'),
  ord integer not null, line integer, external_id text collate "C" not null, home_date date not null, kind kind not null,
  unknown_code text, amount bigint not null, fee bigint, currency text collate "C" not null, occurred_ms bigint not null,
  status row_status not null, reverses boolean not null, moves_balance boolean not null,
  processor_reference text collate "C", merchant_reference text collate "C", parent_id text collate "C",
  content_hash bigint not null
) on commit delete rows;

create temp table if not exists stage_references (
  ord integer not null, type reference_type not null, value text collate "C" not null
) on commit delete rows;

-- What became of each staged row: its identity, home date, version and disposition.
create temp table if not exists stage_resolved (
  ord integer not null, row_id bigint not null, home_date date not null, version integer not null,
  disposition disposition not null, superseded_by_line integer, changed boolean not null
) on commit delete rows;
