// How docs/erd.md is divided, so that a person can read it: areas, their tables, what each is for in one line (the catalog has no
// comments), and the columns beside keys that tell most. A table that no area has fails the generation.

export interface ErdTable {
  /** One line; goes after a comment on the table in the database, where there is one. */
  readonly is: string;
  /** Beside its keys. */
  readonly shows?: readonly string[];
  /** Columns that hold what another table has, without a foreign key: drawn with a broken line. */
  readonly holds?: Readonly<Record<string, string>>;
}

export interface ErdArea {
  readonly title: string;
  readonly says: string;
  readonly tables: Readonly<Record<string, ErdTable>>;
}

export const ERD_AREAS: readonly ErdArea[] = [
  {
    title: 'Runs',
    says: 'Which days there should be, which runs there were, and what each came to.',
    tables: {
      accounts: {
        is: 'an account of a processor, with its zone and the number of its latest decision',
        shows: ['account', 'zone', 'decision_seq'],
      },
      expected_runs: { is: 'the days that should have a result', shows: ['due_at'] },
      reconciliation_runs: {
        is: 'a run of one day of one account, with its outcome, figures and digests',
        shows: ['run_date', 'run_number', 'decision_seq', 'status', 'outcome', 'result_digest', 'report_key'],
      },
      reconciliation_run_totals: {
        is: 'the equation of each run, term by term',
        shows: ['count', 'debits', 'credits'],
      },
      reconciliation_run_verdicts: { is: 'counts and money of each verdict', shows: ['count', 'amount'] },
      reconciliation_run_population: { is: "the day's own rows, and how many matched", shows: ['rows', 'matched'] },
      data_quality_checks: { is: 'what else was looked at, and whether it held', shows: ['name', 'passed'] },
    },
  },
  {
    title: 'Rows',
    says: 'What was read, from where, and the rows themselves. `processor_transactions` and `internal_transactions` have a partition for each month.',
    tables: {
      batches: {
        is: 'one read of one source; a file is one, however many runs look at it',
        shows: ['side', 'source_key', 'watermark', 'done'],
      },
      fetch_shards: { is: 'parts of a read, each with its cursor', shows: ['cursor', 'row_count', 'done'] },
      run_batches: { is: 'which reads a run looked at: its pins for a replay' },
      batch_totals: { is: "the parser's own counts and sums of a read", shows: ['count', 'introduced_seq'] },
      balance_readings: { is: 'what the processor said that the account held', shows: ['as_of', 'total'] },
      transaction_ids: {
        is: 'every id ever seen, with its row and home date; stays when rows are purged',
        shows: ['external_id', 'row_id', 'side', 'home_date'],
        holds: { account_id: 'accounts' },
      },
      processor_transactions: {
        is: 'versions of the rows of the processor',
        shows: ['external_id', 'gross', 'fee', 'currency', 'kind', 'payout_id'],
        holds: { batch_id: 'batches', row_id: 'transaction_ids' },
      },
      internal_transactions: {
        is: 'versions of the rows of your records',
        shows: ['external_id', 'amount', 'currency', 'kind', 'processor_reference'],
        holds: { batch_id: 'batches', row_id: 'transaction_ids' },
      },
      row_references: { is: 'further keys of processor rows', holds: { row_id: 'transaction_ids' } },
      quarantined_rows: {
        is: 'what nobody could read, by its place and reason',
        shows: ['source', 'position', 'reason'],
      },
      snapshot_rows: {
        is: 'rows of a snapshot that is not finished; emptied then',
        holds: { batch_id: 'batches', row_id: 'transaction_ids' },
      },
      payout_entries: {
        is: 'which rows a payout says that it paid out',
        shows: ['payout_id', 'net'],
        holds: { batch_id: 'batches' },
      },
      rate_limits: {
        is: 'how fast an account may ask its processor, for all workers',
        shows: ['spent_until'],
        holds: { account: 'accounts' },
      },
    },
  },
  {
    title: 'Matching',
    says: 'What was decided of the rows. Nothing is deleted: a group has the decision that made it and, once released, the one that released it.',
    tables: {
      matches: {
        is: 'a pair of rows, or a row that explains itself; rows of one group_id belong together',
        shows: ['decided_seq', 'released_seq', 'p_row_id', 'i_row_id', 'group_id', 'verdict', 'rule'],
        holds: { account_id: 'accounts', p_row_id: 'processor_transactions', i_row_id: 'internal_transactions' },
      },
      open_items: {
        is: 'rows without a live group: what the next run looks at',
        shows: ['amount', 'currency'],
        holds: { row_id: 'transaction_ids' },
      },
      row_verdicts: {
        is: 'verdicts other than matched, a row a change',
        shows: ['verdict', 'reason'],
        holds: { row_id: 'transaction_ids' },
      },
      payout_sums: {
        is: 'what each decision added to the entries of a payout',
        shows: ['entries', 'net'],
        holds: { account_id: 'accounts' },
      },
      payout_groups: { is: 'which group explains a payout', shows: ['group_id'], holds: { group_id: 'matches' } },
    },
  },
  {
    title: 'Discrepancies and people',
    says: 'What was found, who has it, who proposed and who decided.',
    tables: {
      discrepancies: {
        is: 'a difference, for as long as it lives',
        shows: ['verdict', 'severity', 'state', 'amount', 'currency', 'due_at', 'version'],
      },
      discrepancy_events: { is: 'what happened to it', shows: ['event', 'actor', 'created_at'] },
      discrepancy_notes: { is: 'what people wrote', shows: ['author'] },
      severity_deadlines: { is: 'how long each severity may stay open', shows: ['due_within'] },
      people: { is: 'logins that may act, with their roles', shows: ['roles', 'all_accounts'] },
      person_accounts: {
        is: 'which accounts a person is limited to; by name, as people come first',
        holds: { account: 'accounts' },
      },
      write_off_limits: { is: 'how much an approver may give up within 24 hours', shows: ['amount_max'] },
      proposals: {
        is: 'what somebody proposed, word for word, with its hash; who decided',
        shows: ['kind', 'sha256', 'status'],
      },
      proposal_subjects: { is: 'what it is about, in the version that was looked at', shows: ['version'] },
      decision_reasons: { is: 'the words for why' },
      manual_decisions: {
        is: 'what was approved, for the next run to apply',
        shows: ['kind', 'from_seq', 'stale_seq'],
      },
      manual_decision_rows: {
        is: 'the versions of the rows that it is about',
        shows: ['version', 'verdict'],
        holds: { row_id: 'transaction_ids' },
      },
    },
  },
  {
    title: 'Rules and periods',
    says: 'By what was decided, and which days are done with.',
    tables: {
      rule_sets: { is: 'rule sets by their hash', shows: ['body'] },
      rule_set_activations: { is: 'which were in force from when on', shows: ['activated_at'] },
      period_locks: { is: 'the last day of an account that is locked', shows: ['through', 'locked_at'] },
    },
  },
  {
    title: 'Audit, evidence, retention',
    says: 'How it is known that nobody changed anything, and what was removed on purpose.',
    tables: {
      audit_log: {
        is: 'the chain of hashes: one for each account, and system',
        shows: ['event', 'actor', 'body', 'hash'],
      },
      audit_heads: { is: 'where each chain stands', shows: ['seq', 'hash'] },
      evidence: { is: 'where the package of a run is sealed', shows: ['manifest_sha256', 'location'] },
      legal_holds: { is: 'accounts whose rows have to stay', shows: ['reason', 'released_at'] },
      purges: { is: 'proposals to remove whole months of rows', shows: ['before', 'status'] },
      purged_months: { is: 'months that are gone', shows: ['processor_rows', 'internal_rows'] },
      schema_migrations: { is: 'which migrations were applied, with their hashes', shows: ['sha256', 'applied_at'] },
    },
  },
  {
    title: 'Notifications',
    says: 'What has to be told to whom: the outbox.',
    tables: {
      notifications: {
        is: 'a message to an audience, put in by the transaction that decides it',
        shows: ['channel', 'audience', 'kind', 'dedupe_key', 'status', 'attempts'],
      },
    },
  },
];
