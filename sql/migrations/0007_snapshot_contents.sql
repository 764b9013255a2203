-- What a snapshot was made of: the same content again is news only when another snapshot came between.

-- The content keys of its plan, whether it read them or left them out as known.
alter table batches add column snapshot_contents text[] not null default '{}';
-- Finished by a run. A read that was abandoned is done without: nothing was withdrawn for it, and nothing of it is believed.
alter table batches add column settled boolean not null default false;
