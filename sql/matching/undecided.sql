-- Finds the sides of which rows are undecided: where one has none left, nobody can be paired. Must never decide anything.

-- step: sides
select side from residue where not decided group by side
