-- What a report says of a day, and why a difference is as severe as it is.

-- How many of a day's own rows of the processor a run left matched: what its report says of the day, and what the trend of later
-- reports shows of it. Written by the deciding transaction; a run from before has none.
create table reconciliation_run_population (
  run_id bigint primary key references reconciliation_runs,
  -- Of its date, and older ones that it introduced. Never a row that an earlier day left open: that row's day has counted it.
  rows bigint not null check (rows >= 0),
  matched bigint not null check (matched between 0 and rows),
  -- Of the matched: with a partner that another day brought.
  matched_late bigint not null check (matched_late between 0 and matched),
  -- Not of them: rows of earlier days that this run matched.
  matched_of_earlier_days bigint not null check (matched_of_earlier_days >= 0)
);
grant select on reconciliation_run_population to recon_worker, recon_auditor, recon_operator, recon_approver;
grant insert on reconciliation_run_population to recon_worker;

-- Which line of the rules made it as severe as it is, in words; null where no run has judged it since they are kept.
alter table discrepancies add column severity_reason text;
grant update (severity_reason) on discrepancies to recon_worker;
