-- Makes what the fast paths left, and the rows of the groups that were opened, the pool: the fast paths look at them once more, so
-- that a row comes to the same whether it was opened or came new. What they found already stands. Must never decide anything.

-- step: again_processor
create temp table again_processor on commit drop as
select * from left_processor
union all
select t.row_id, t.version, t.home_date, b.introduced_seq, t.level, t.external_id, t.merchant_reference, t.parent_id, t.kind,
       t.currency, t.gross, t.fee, t.status, t.reverses, t.moves_balance, t.test_mode, t.unknown_code,
       t.presentment_amount, t.presentment_currency, t.occurred_at, t.content_hash, t.withdrawn, true
from opened_again r
join processor_transactions t on t.home_date = r.p_home_date and t.row_id = r.p_row_id and t.version = r.p_version
cross join lateral (select introduced_seq from batch_totals b
  where b.batch_id = t.batch_id and b.home_date = t.home_date and b.disposition <> 'repeat' and b.introduced_seq is not null limit 1) b

-- step: again_internal
create temp table again_internal on commit drop as
select * from left_internal
union all
select t.row_id, t.version, t.home_date, b.introduced_seq, t.external_id, t.processor_reference, t.merchant_reference,
       t.parent_id, t.kind, t.currency, t.amount, t.fee, t.status, t.reverses, t.moves_balance, t.unknown_code,
       t.occurred_at, t.content_hash, t.withdrawn, true
from opened_again r
join internal_transactions t on t.home_date = r.i_home_date and t.row_id = r.i_row_id and t.version = r.i_version
cross join lateral (select introduced_seq from batch_totals b
  where b.batch_id = t.batch_id and b.home_date = t.home_date and b.disposition <> 'repeat' and b.introduced_seq is not null limit 1) b

-- step: analyze_again_processor
analyze again_processor

-- step: analyze_again_internal
analyze again_internal

-- step: pool_processor
create or replace temp view pool_processor as select * from again_processor

-- step: pool_internal
create or replace temp view pool_internal as select * from again_internal

-- step: drop_fast
drop table reversals_processor, held_processor, held_internal, pool_references, contested_ids, rest_processor, rest_internal,
  fast_pairs, tied_processor, tied_internal, contested_references, left_processor, left_internal, left_keys, fan_outs
