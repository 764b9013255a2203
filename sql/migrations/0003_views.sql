-- What is so now, derived from what was decided: one line per introduced row and level, with its latest verdict.
create view row_verdicts_now as
with introduced as (
  select 'processor'::side as side, t.account_id, t.home_date, t.row_id, t.version, t.level, t.external_id, t.kind, t.currency,
         t.gross as amount, t.moves_balance, t.occurred_at, t.merchant_reference, t.batch_id
  from processor_transactions t
  union all
  select 'internal', t.account_id, t.home_date, t.row_id, t.version, 'activity', t.external_id, t.kind, t.currency,
         t.amount, t.moves_balance, t.occurred_at, t.merchant_reference, t.batch_id
  from internal_transactions t
), pinned as (
  select i.*, b.introduced_seq,
         row_number() over (partition by i.row_id order by i.version desc) as newest
  from introduced i
  join lateral (
    select t.introduced_seq from batch_totals t
    where t.batch_id = i.batch_id and t.home_date = i.home_date and t.side = i.side and t.disposition <> 'repeat'
      and t.introduced_seq is not null limit 1
  ) b on true
)
select a.account, p.account_id, p.side, p.level, p.external_id, p.row_id, p.version, p.home_date, p.kind, p.currency, p.amount,
       p.moves_balance, p.occurred_at, p.introduced_seq,
       coalesce(m.verdict, v.verdict) as verdict, coalesce(m.rule, v.reason) as rule, m.decided_seq,
       case when m.verdict is not null then case p.side when 'processor' then m.i_row_id else m.p_row_id end else v.partner_row_id end as partner_row_id,
       case when m.verdict is not null then case p.side when 'processor' then m.i_home_date else m.p_home_date end else v.partner_home_date end as partner_home_date,
       coalesce(m.differences, v.differences) as differences
from pinned p
join accounts a using (account_id)
left join lateral (
  select m.* from matches m
  where m.released_seq is null and m.level = p.level
    and case p.side when 'processor' then m.p_row_id = p.row_id else m.i_row_id = p.row_id end
) m on true
left join lateral (
  select v.* from row_verdicts v where v.row_id = p.row_id and v.level = p.level order by v.decision_seq desc limit 1
) v on true
where p.newest = 1;
grant select on row_verdicts_now to recon_worker, recon_auditor;
