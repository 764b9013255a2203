-- Decides for a page with ids that are known already, or that repeat inside the page: new, a new version, or a repeat.
-- The last occurrence counts, in a page and in a batch: so content that was seen before for an id makes no version unless
-- this very batch ($3) has said something else since, or the row was withdrawn and is back. A snapshot ($4) is the truth of
-- now: for it, only what the row says already is no news. The home date is the one the row got when it was first seen.
-- Must never change an existing row. :stage and :rows are the side's tables.
insert into stage_resolved (ord, row_id, home_date, version, disposition, superseded_by_line, changed)
with known as (
  select s.ord, s.line, s.content_hash, k.row_id, k.home_date,
         last_value(s.ord) over same_id as last_ord,
         last_value(s.line) over same_id as last_line,
         last_value(s.content_hash) over same_id as last_hash,
         first_value(k.row_id = s.row_id) over (partition by k.row_id order by (k.row_id = s.row_id) desc) as is_new
  from :stage s
  join transaction_ids k on k.external_id = s.external_id and k.account_id = $1 and k.side = $2
  window same_id as (partition by k.row_id order by s.ord rows between unbounded preceding and unbounded following)
)
select n.ord, n.row_id, n.home_date,
       coalesce(v.latest, 0) + 1,
       case
         when n.ord <> n.last_ord then 'repeat'
         when n.is_new then 'new'
         when v.seen and not v.latest_withdrawn and not ((v.latest_batch = $3 or $4) and v.latest_hash <> n.content_hash) then 'repeat'
         else 'version'
       end::disposition,
       case when n.ord <> n.last_ord then n.last_line end,
       n.content_hash <> n.last_hash
from known n
left join lateral (
  select max(t.version) as latest, bool_or(t.content_hash = n.content_hash) as seen,
         (array_agg(t.batch_id order by t.version desc))[1] as latest_batch,
         (array_agg(t.content_hash order by t.version desc))[1] as latest_hash,
         (array_agg(t.withdrawn order by t.version desc))[1] as latest_withdrawn
  from :rows t
  where t.home_date = n.home_date and t.row_id = n.row_id and not n.is_new
) v on true;
