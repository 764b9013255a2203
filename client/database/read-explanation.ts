// Gathers what the database knows about one row's verdict: the row, what it came to, who stands with it, which other rows came
// into question, which runs and rules decided. Reads only, and always a bounded number of rows.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { DISCREPANCY_STATES, LEVELS, SEVERITIES, type Side, VERDICTS } from '../../domain/vocabulary.ts';
import { readStoredRules, type StoredRules } from '../rules/stored-rules.ts';
import {
  type ExplainedRow,
  keysOf,
  type RowKey,
  readExplainedRows,
  readRowsByAmount,
  readRowsByKey,
} from './read-explained-rows.ts';
import { type RowStanding, readRowStandings } from './read-row-standings.ts';

export interface Candidate {
  readonly row: ExplainedRow;
  /** Empty where it was found by amount, currency and kind. */
  readonly sharedKeys: readonly RowKey[];
  /** At the activity level, where rows of both sides meet. */
  readonly standing: RowStanding | null;
  readonly partners: readonly ExplainedRow[];
}

export interface KeyUse extends RowKey {
  readonly processorRows: number;
  readonly internalRows: number;
  /** There are more rows than were counted. */
  readonly isMore: boolean;
}

export interface Standing extends RowStanding {
  readonly othersRows: readonly ExplainedRow[];
}

const runRow = z.object({
  seq: z.bigint(),
  run: z.string(),
  date: z.string(),
  windowEndMs: z.number(),
  horizonMs: z.number().nullable(),
  processorCoverageMs: z.number().nullable(),
  internalCoverageMs: z.number().nullable(),
  ruleSetHash: z.string().nullable(),
  rulesBody: z.string().nullable(),
  codeVersion: z.string().nullable(),
});
type RunRow = z.infer<typeof runRow>;

export interface DecidingRun extends Omit<RunRow, 'rulesBody'> {
  readonly rules: StoredRules | null;
}

const discrepancyRow = z.object({
  discrepancyId: z.bigint(),
  level: z.enum(LEVELS),
  verdict: z.enum(VERDICTS),
  state: z.enum(DISCREPANCY_STATES),
  severity: z.enum(SEVERITIES),
  currency: z.string(),
  amountMinor: z.bigint(),
  members: z.number().nullable(),
  surplus: z.number().nullable(),
  balanced: z.boolean().nullable(),
  closedBy: z.string().nullable(),
});
export type ExplainedDiscrepancy = z.infer<typeof discrepancyRow>;

const historyRow = z.object({
  seq: z.bigint(),
  level: z.enum(LEVELS),
  verdict: z.enum(VERDICTS),
  reason: z.string().nullable(),
});

export interface ExplanationFacts {
  readonly account: string;
  readonly processorName: string;
  readonly zone: string;
  readonly row: ExplainedRow;
  readonly standings: readonly Standing[];
  readonly discrepancies: readonly ExplainedDiscrepancy[];
  readonly keys: readonly KeyUse[];
  readonly candidates: readonly Candidate[];
  readonly isMoreCandidates: boolean;
  /** By decision sequence: those that decided anything above, and the latest. */
  readonly runs: ReadonlyMap<bigint, DecidingRun>;
  readonly latestRun: DecidingRun | null;
  /** What was said of it while it was open, oldest first. */
  readonly history: ReadonlyArray<z.infer<typeof historyRow>>;
}

// One more than makes a key no evidence, of both sides together (design section 7).
const KEYED_ROWS_MAX = 120;
const CANDIDATES_MAX = 20;
// As far as the matching itself looks.
const LOOK_AROUND_DAYS = 35;
// Wider than any usual window, so that a near miss is shown with its distance.
const BY_AMOUNT_DAYS = 7;
const HISTORY_MAX = 30;

const placeRow = z.object({
  account: z.string(),
  accountId: z.number(),
  processorName: z.string(),
  zone: z.string(),
  rowId: z.bigint(),
  homeDate: z.string(),
});
type Place = z.infer<typeof placeRow>;

const placeColumns = sql.fragment`
  a.account, a.account_id as "accountId", a.processor_name as "processorName", a.zone`;

/** null where there is no such row. */
export async function readExplanation(
  database: DatabasePool,
  address: { readonly discrepancyId: bigint } | { readonly account: string; readonly side: Side; readonly id: string },
): Promise<ExplanationFacts | null> {
  const place = await database.maybeOne(
    'discrepancyId' in address
      ? sql.type(placeRow)`
          select ${placeColumns}, d.anchor_row_id as "rowId", d.business_date as "homeDate"
          from discrepancies d join accounts a using (account_id) where d.discrepancy_id = ${address.discrepancyId}`
      : sql.type(placeRow)`
          select ${placeColumns}, t.row_id as "rowId", t.home_date as "homeDate"
          from accounts a join transaction_ids t using (account_id)
          where a.account = ${address.account} and t.side = ${address.side} and t.external_id = ${address.id}`,
  );
  if (place === null) return null;
  const [row] = await readExplainedRows(database, [place]);
  return row === undefined ? null : gather(database, place, row);
}

async function gather(database: DatabasePool, place: Place, row: ExplainedRow): Promise<ExplanationFacts> {
  const { accountId } = place;
  const [keyed, standings, history] = await Promise.all([
    rowsByKey(database, accountId, row),
    readRowStandings(database, accountId, [row.rowId]),
    readHistory(database, row.rowId),
  ]);
  const others = keyed.rows.filter(({ rowId }) => rowId !== row.rowId);
  const byAmount = others.some(({ side }) => side !== row.side) ? [] : await rowsByAmount(database, accountId, row);
  const known = new Set(others.map(({ rowId }) => rowId));
  const all = [...others, ...byAmount.filter(({ rowId }) => !known.has(rowId))];
  // Rows of the other side first: those could be its partner.
  const questioned = all
    .sort((a, b) => Number(a.side === row.side) - Number(b.side === row.side))
    .slice(0, CANDIDATES_MAX);
  const theirs = await readRowStandings(
    database,
    accountId,
    questioned.map(({ rowId }) => rowId),
  );
  const activity = theirs.filter(({ level }) => level === 'activity');
  const beside = await readExplainedRows(
    database,
    [...standings, ...activity].flatMap((standing) => standing.others),
  );
  const rowOf = new Map(beside.map((one) => [one.rowId, one]));
  const rowsOf = (standing: RowStanding) => standing.others.flatMap(({ rowId }) => rowOf.get(rowId) ?? []);
  const runs = await readRuns(
    database,
    accountId,
    [...standings, ...theirs].map(({ decidedSeq }) => decidedSeq).concat(history.map(({ seq }) => seq)),
  );
  const discrepancies = await readDiscrepanciesOf(database, accountId, row, standings);
  const latestSeq = [...runs.keys()].reduce<bigint | null>(
    (latest, seq) => (latest === null || seq > latest ? seq : latest),
    null,
  );
  return {
    account: place.account,
    processorName: place.processorName,
    zone: place.zone,
    row,
    standings: standings.map((standing) => ({ ...standing, othersRows: rowsOf(standing) })),
    discrepancies,
    keys: keysOf(row).map((key) => useOf(key, keyed)),
    candidates: questioned.map((other) => {
      const standing = activity.find(({ rowId }) => rowId === other.rowId) ?? null;
      return {
        row: other,
        sharedKeys: sharedKeys(row, other),
        standing,
        partners: standing === null ? [] : rowsOf(standing),
      };
    }),
    isMoreCandidates: all.length > questioned.length || keyed.isMore,
    runs,
    latestRun: latestSeq === null ? null : (runs.get(latestSeq) ?? null),
    history,
  };
}

interface KeyedRows {
  readonly rows: readonly ExplainedRow[];
  readonly isMore: boolean;
}

async function rowsByKey(database: DatabasePool, accountId: number, row: ExplainedRow): Promise<KeyedRows> {
  const pins = await readRowsByKey(database, accountId, row, { days: LOOK_AROUND_DAYS, countMax: KEYED_ROWS_MAX });
  const rows = await readExplainedRows(database, pins);
  // A key that only an older version carried is found, too, and is none any more.
  return {
    rows: rows.filter((other) => sharedKeys(row, other).length > 0),
    isMore: pins.length >= KEYED_ROWS_MAX,
  };
}

async function rowsByAmount(
  database: DatabasePool,
  accountId: number,
  row: ExplainedRow,
): Promise<readonly ExplainedRow[]> {
  const pins = await readRowsByAmount(database, accountId, row, { days: BY_AMOUNT_DAYS, countMax: CANDIDATES_MAX + 1 });
  const rows = await readExplainedRows(database, pins);
  const distance = ({ occurredAtMs }: ExplainedRow) => Math.abs(occurredAtMs - row.occurredAtMs);
  return [...rows].sort((a, b) => distance(a) - distance(b));
}

function sharedKeys(one: ExplainedRow, other: ExplainedRow): readonly RowKey[] {
  return keysOf(one).filter(({ type, value }) => keysOf(other).some((key) => key.type === type && key.value === value));
}

function useOf(key: RowKey, { rows, isMore }: KeyedRows): KeyUse {
  const carriers = rows.filter((row) =>
    keysOf(row).some(({ type, value }) => type === key.type && value === key.value),
  );
  const processorRows = carriers.filter(({ side }) => side === 'processor').length;
  return { ...key, processorRows, internalRows: carriers.length - processorRows, isMore };
}

function readHistory(database: DatabasePool, rowId: bigint): Promise<ExplanationFacts['history']> {
  return database.any(sql.type(historyRow)`
    select * from (
      select decision_seq as seq, level, verdict, reason from row_verdicts where row_id = ${rowId}
      order by decision_seq desc limit ${HISTORY_MAX}) h order by seq, level`);
}

async function readRuns(
  database: DatabasePool,
  accountId: number,
  seqs: readonly bigint[],
): Promise<ReadonlyMap<bigint, DecidingRun>> {
  const found = await database.any(sql.type(runRow)`
    select r.decision_seq as seq, r.account || '/' || r.run_date || '#' || r.run_number as run, r.run_date as date,
           r.window_end as "windowEndMs", r.horizon as "horizonMs", r.processor_coverage as "processorCoverageMs",
           r.internal_coverage as "internalCoverageMs", r.rule_set_hash as "ruleSetHash", s.body as "rulesBody",
           r.code_version as "codeVersion"
    from reconciliation_runs r left join rule_sets s using (rule_set_hash)
    where r.account_id = ${accountId} and r.decision_seq is not null
      and (r.decision_seq = any(${sql.array([...new Set(seqs)], 'int8')})
        or r.decision_seq = (select max(l.decision_seq) from reconciliation_runs l where l.account_id = ${accountId}))`);
  return new Map(
    found.map(({ rulesBody, ...run }) => [
      run.seq,
      { ...run, rules: rulesBody === null ? null : readStoredRules(rulesBody) },
    ]),
  );
}

/** Of the row itself, of its pair or of its cluster: whichever of their rows is the anchor. */
function readDiscrepanciesOf(
  database: DatabasePool,
  accountId: number,
  row: ExplainedRow,
  standings: readonly RowStanding[],
): Promise<readonly ExplainedDiscrepancy[]> {
  const rowIds = [row.rowId, ...standings.flatMap(({ others }) => others.map(({ rowId }) => rowId))];
  const differing = standings.some(({ isOpen, differences }) => isOpen || differences !== null);
  return database.any(sql.type(discrepancyRow)`
    select discrepancy_id as "discrepancyId", level, verdict, state, severity, currency, amount as "amountMinor", members, surplus,
           balanced, closed_by as "closedBy"
    from discrepancies where account_id = ${accountId} and level = any(${sql.array([...LEVELS], 'text')}::level[])
      and anchor_row_id = any(${sql.array(differing ? rowIds : [row.rowId], 'int8')})
      and (anchor_row_id = ${row.rowId} or state <> 'closed')
    order by state = 'closed', discrepancy_id`);
}
