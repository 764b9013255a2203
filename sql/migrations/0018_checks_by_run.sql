-- What a run found about its data is asked for by run: by its report, its package and the hourly figures, in this order.
create index data_quality_checks_by_run on data_quality_checks (run_id, check_id);
