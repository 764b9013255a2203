-- Decides what no key tells apart: several rows against several stay open as one cluster, which says whether its sums agree.
-- Comes after the keys of the processor have had their say. Must never pick.

-- step: riddles hashed
insert into open_lines
select side, row_id, 'ambiguous'::verdict, 'several equally good partners', label, null, balanced
from members where p_count > 1 and i_count > 1

-- step: mark_riddles hashed
update residue r set decided = true from open_lines o where o.row_id = r.row_id and not r.decided
