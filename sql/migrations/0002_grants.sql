-- Who may do what. The worker stages, decides runs and sends; it owns nothing and deletes only residue.
-- The auditor reads everything and writes nothing. The matrix is tested role x table x verb.
grant usage on schema public to recon_worker, recon_auditor;
revoke create on schema public from public;

grant select on all tables in schema public to recon_worker, recon_auditor;

grant insert, update on accounts, expected_runs, reconciliation_runs, batches, fetch_shards, batch_totals, notifications
  to recon_worker;
grant insert on rule_sets, transaction_ids, processor_transactions, internal_transactions, row_references, quarantined_rows,
  run_batches, data_quality_checks, row_verdicts, discrepancy_events, reconciliation_run_totals, reconciliation_run_verdicts
  to recon_worker;
grant insert, update, delete on open_items to recon_worker;
grant insert on matches to recon_worker;
grant update (released_seq) on matches to recon_worker;
grant insert, update on discrepancies to recon_worker;
grant usage on sequence row_ids to recon_worker;
grant execute on function ensure_partitions(date, date) to recon_worker;
grant execute on function analyze_partition(text, date) to recon_worker;
