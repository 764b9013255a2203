// Who was decided to be allowed what: role by table by verb, and role by function.

// What the worker may do; whatever it may, it may read first. A table that is not listed here fails the tests: somebody
// has to decide who may do what with it. Auditors read all of them and write none. Operators and approvers read what discrepancies
// are shown with, and write none: what people do, they do through functions. An administrator sees people, and no business row.
export const WORKER_MAY: Readonly<Record<string, string>> = {
  accounts: 'select insert update',
  // Only through functions: what is appended is not read by who appends it.
  audit_heads: '',
  audit_log: '',
  balance_readings: 'select insert',
  batch_totals: 'select insert update',
  batches: 'select insert update',
  data_quality_checks: 'select insert',
  decision_reasons: 'select',
  discrepancies: 'select insert',
  discrepancy_deadlines: 'select',
  discrepancy_events: 'select insert',
  discrepancy_notes: 'select',
  evidence: 'select insert',
  expected_runs: 'select insert update',
  fetch_shards: 'select insert update',
  internal_transactions: 'select insert',
  manual_decision_rows: 'select',
  manual_decisions: 'select',
  matches: 'select insert',
  notifications: 'select insert update',
  open_items: 'select insert update delete',
  payout_entries: 'select insert',
  payout_groups: 'select insert',
  payout_sums: 'select insert',
  people: 'select',
  period_locks: 'select',
  person_accounts: 'select',
  processor_transactions: 'select insert',
  proposal_subjects: 'select',
  proposals: 'select',
  quarantined_rows: 'select insert',
  rate_limits: 'select insert update',
  reconciliation_run_population: 'select insert',
  reconciliation_run_totals: 'select insert',
  reconciliation_run_verdicts: 'select insert',
  reconciliation_runs: 'select insert update',
  row_changes: 'select',
  row_references: 'select insert',
  row_verdicts: 'select insert',
  row_verdicts_now: 'select',
  rule_set_activations: 'select',
  rule_sets: 'select insert',
  run_batches: 'select insert',
  schema_migrations: 'select',
  severity_deadlines: 'select',
  snapshot_rows: 'select insert delete',
  transaction_ids: 'select insert',
  transaction_ids_0: 'select',
  transaction_ids_1: 'select',
  transaction_ids_2: 'select',
  transaction_ids_3: 'select',
  write_off_limits: 'select',
};
export const TABLES = Object.keys(WORKER_MAY);
export const VIEWS: ReadonlySet<string> = new Set(['discrepancy_deadlines', 'row_changes', 'row_verdicts_now']);
export const AUDITOR_MAY: typeof WORKER_MAY = Object.fromEntries(TABLES.map((table) => [table, 'select']));
// Who looks at what people did, and at what is kept for that, is not who does it.
const FOR_AUDITORS: ReadonlySet<string> = new Set(['audit_heads', 'audit_log', 'evidence']);
export const PEOPLE_MAY: typeof WORKER_MAY = Object.fromEntries(
  TABLES.map((table) => [table, FOR_AUDITORS.has(table) ? '' : 'select']),
);
export const ADMIN_MAY: typeof WORKER_MAY = Object.fromEntries(
  TABLES.map((table) => [table, ['people', 'person_accounts', 'write_off_limits'].includes(table) ? 'select' : '']),
);
// Every function that somebody beside its owner may call, and who. One that is not listed fails the tests.
export const MAY_CALL: Readonly<Record<string, string>> = {
  analyze_partition: 'worker',
  assign_discrepancy: 'operator',
  audit_append: 'worker',
  audit_hold: 'worker',
  audit_point: 'auditor worker',
  decide_proposal: 'approver',
  ensure_partitions: 'worker',
  escalate_overdue: 'worker',
  evidence_audit_slice: 'auditor worker',
  note_discrepancy: 'operator',
  note_opening: 'approver auditor operator worker',
  propose_decision: 'operator',
  propose_match: 'operator',
  propose_period: 'operator',
  propose_rule_set: 'operator',
  register_person: 'admin',
};

const ROW = `('2026-01-15', 1, 1, 1, 1, 100, 0, now(), 'payment', 'activity', 'settled', false, true, false, 'USD', 'txn_1')`;
const ROW_COLUMNS = `(home_date, row_id, version, batch_id, account_id, gross, content_hash, occurred_at, kind, level, status,
  reverses, moves_balance, test_mode, currency, external_id)`;
export const INSERT_ROW = `insert into processor_transactions ${ROW_COLUMNS} values ${ROW}`;

/** What a worker could try to hide something with. */
export const WORKER_IS_REFUSED: ReadonlyArray<readonly [what: string, statement: string]> = [
  ['changes a staged row', `${INSERT_ROW}; update processor_transactions set gross = 1`],
  ['removes a staged row', `${INSERT_ROW}; delete from processor_transactions`],
  ['goes round the parent to a month', 'delete from processor_transactions_202601'],
  ['writes a month directly', `insert into processor_transactions_202601 ${ROW_COLUMNS} values ${ROW}`],
  ['removes a match', 'delete from matches'],
  ['turns a verdict', `update matches set verdict = 'matched'`],
  ['moves a match to another decision', 'update matches set decided_seq = 1'],
  ['forgets an exception', 'delete from row_verdicts'],
  ['edits what was decided', `update row_verdicts set verdict = 'matched'`],
  ['edits a rule set', `update rule_sets set body = '{}'`],
  ['rewrites the history of a discrepancy', `update discrepancy_events set detail = ''`],
  [
    'decides in a person’s place',
    `select record_manual_decision(1, 'group', 'activity', 'x', array[1, 2], array[1, 1])`,
  ],
  ['takes a decision of a person back', `select revoke_manual_decision(1, 'x')`],
  ['forges a decision', 'insert into manual_decisions default values'],
  ['approves a proposal', `select decide_proposal(1, 'x', true, 'x')`],
  ['proposes', `select propose_decision('write_off', 1, 'other', 'x')`],
  ['forges a proposal', 'update proposals set status = default'],
  ['enters a person', `select register_person('ben', array['approver'], true, null)`],
  ['takes a difference from whoever has it', 'update discrepancies set assignee = null'],
  ['puts a deadline off', `update discrepancies set due_from = now()`],
  ['proposes rules', `select propose_rule_set('stripe/us', '{}', 'x')`],
  ['puts rules in force', 'insert into rule_set_activations default values'],
  ['locks a period', 'insert into period_locks default values'],
  ['opens a period again', 'delete from period_locks'],
  ['lifts a limit', 'update write_off_limits set amount_max = 1'],
  ['skips who a person is', `select require_person('operator', 'stripe/us')`],
  ['removes a run', 'delete from reconciliation_runs'],
  ['hides a failed check', 'update data_quality_checks set passed = true'],
  ['unpins a read', 'delete from run_batches'],
  ['forges a migration', `insert into schema_migrations (file, sha256) values ('0009_x.sql', '')`],
  ['resets the row numbers', `select setval('row_ids', 1)`],
  ['creates a table in public', 'create table public.mine (id integer)'],
  ['creates a function in public', `create function public.mine() returns integer language sql as 'select 1'`],
  ['creates a schema', 'create schema mine'],
  ['drops a table', 'drop table rate_limits'],
  ['adds a column', 'alter table matches add column note text'],
  ['adds a trigger', 'create trigger t before insert on matches execute function suppress_redundant_updates_trigger()'],
  ['adds an index', 'create index on matches (rule)'],
  ['replaces a function', 'drop function ensure_partitions(date, date)'],
  ['detaches a partition', 'alter table transaction_ids detach partition transaction_ids_0'],
  ['becomes the owner', 'set role recon_owner'],
  ['becomes another login', 'set session authorization recon_owner'],
  ['makes a login', 'create role other login'],
  ['joins the owner', 'grant recon_owner to current_user'],
  ['runs a program', `copy open_items to program 'true'`],
  ['reads a file of the server', `select pg_read_file('/etc/hostname')`],
];

export const AUDITOR_IS_REFUSED: typeof WORKER_IS_REFUSED = [
  ['numbers rows', `select nextval('row_ids')`],
  ['has partitions made', `select ensure_partitions('2026-02-01', '2026-02-28')`],
  ['has statistics gathered', `select analyze_partition('processor_transactions', '2026-01-01')`],
  ['opens a run', 'insert into reconciliation_runs (reason) values (null)'],
  ['creates a table in public', 'create table public.mine (id integer)'],
  ['decides', `select record_manual_decision(1, 'group', 'activity', 'x', array[1, 2], array[1, 1])`],
  ['becomes the worker', 'set role recon_worker'],
  ['becomes the owner', 'set role recon_owner'],
  ['locks a table against writers', 'lock table matches in share mode'],
];
