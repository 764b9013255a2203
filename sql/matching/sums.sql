-- Decides a component with one row on one side whose sides have the same sum: a group, 1:N or N:1. With groups switched off the
-- rows do not stand for each other: they differ, though the sum fits.
-- Must never search for parts of a component that would fit.

-- step: sum_groups hashed
insert into group_lines
select label, side, row_id, 'sum', case when :groups then null else 'amount_mismatch'::verdict end
from members where balanced and (p_count = 1 or i_count = 1) and p_count + i_count > 2
