// Reads discrepancies as the client shows them, the worst first; and one of them with all that is known of it.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import {
  DISCREPANCY_STATES,
  type DiscrepancyState,
  KINDS,
  LEVELS,
  SEVERITIES,
  type Severity,
  SIDES,
  STATUSES,
  VERDICTS,
  type Verdict,
} from '../../domain/vocabulary.ts';
import { type Note, type Proposal, readNotes, readProposals } from './read-proposals.ts';
import { type RowChange, readRowChanges } from './read-row-changes.ts';

/** Somebody, or time, still has to close these. */
export const LIVE_STATES: readonly DiscrepancyState[] = ['open', 'assigned', 'proposed'];
/** Of d, in the words of the indexes of what is live, which are not used for a list that is a parameter. */
export const IS_LIVE = sql.fragment`d.state not in ('closed', 'resolved', 'written_off')`;

export interface DiscrepancyFilter {
  readonly accounts?: readonly string[];
  readonly verdicts?: readonly Verdict[];
  readonly severities?: readonly Severity[];
  readonly states: readonly DiscrepancyState[];
  readonly date?: string;
  /** The first and the last business date. */
  readonly from?: string;
  readonly to?: string;
  /** A login, or nobody. */
  readonly assignee?: string | null;
  readonly overdue?: boolean;
  /** False: not what merely waits for the other side. */
  readonly waiting?: boolean;
}

// What comes first; what is equal in it is told apart by severity, date, amount and number.
export const SORTS = ['severity', 'amount', 'due', 'age', 'account'] as const;
export type Sort = (typeof SORTS)[number];

const ORDER = {
  severity: sql.fragment`d.severity desc`,
  // Of one currency each: amounts of two are not compared.
  amount: sql.fragment`d.currency, d.amount desc`,
  due: sql.fragment`d.due_at`,
  age: sql.fragment`d.first_seen_at`,
  account: sql.fragment`d.account`,
} satisfies Record<Sort, unknown>;

const differences = z.record(z.string(), z.tuple([z.string().nullable(), z.string().nullable()])).nullable();

const discrepancyRow = z.object({
  discrepancyId: z.bigint(),
  account: z.string(),
  level: z.enum(LEVELS),
  anchorSide: z.enum(SIDES),
  anchorId: z.string(),
  date: z.string(),
  verdict: z.enum(VERDICTS),
  reason: z.string().nullable(),
  state: z.enum(DISCREPANCY_STATES),
  severity: z.enum(SEVERITIES),
  /** Which line of the rules made it so. */
  severityReason: z.string().nullable(),
  kind: z.enum(KINDS),
  currency: z.string(),
  amountMinor: z.bigint(),
  partnerId: z.string().nullable(),
  closedBy: z.string().nullable(),
  assignee: z.string().nullable(),
  firstSeenAtMs: z.number(),
  /** null where nothing is left to do. */
  dueAtMs: z.number().nullable(),
  overdue: z.boolean(),
  escalation: z.number(),
  proposal: z.object({ kind: z.string(), name: z.string(), status: z.string() }).nullable(),
});
export type DiscrepancySummary = z.infer<typeof discrepancyRow>;

const columns = sql.fragment`
  d.discrepancy_id as "discrepancyId", d.account, d.level, d.anchor_side as "anchorSide", d.anchor_external_id as "anchorId",
  d.business_date as date, d.verdict, d.reason, d.state, d.severity, d.severity_reason as "severityReason", d.kind, d.currency, d.amount as "amountMinor",
  d.partner_external_id as "partnerId", d.closed_by as "closedBy", d.assignee, d.first_seen_at as "firstSeenAtMs",
  d.due_at as "dueAtMs", coalesce(d.due_at < now(), false) as overdue, d.escalation`;
// Of those found only: what waits for a decision, or for the run that carries it out.
const proposal = sql.fragment`
  (select jsonb_build_object('kind', p.kind, 'name', p.proposal_id || '@' || left(p.sha256, 12), 'status', p.status)
   from proposal_subjects s
   join proposals p using (proposal_id)
   left join manual_decisions m using (decision_id)
   left join accounts a on a.account_id = m.account_id
   where s.discrepancy_id = f."discrepancyId"
     and (p.status = 'pending' or (m.stale_seq is null and a.decision_seq < coalesce(m.revoked_seq, m.from_seq)))
   order by p.proposal_id desc limit 1) as proposal`;

/** One more than wanted tells that there are more. */
export function readDiscrepancies(
  database: DatabasePool,
  filter: DiscrepancyFilter,
  countMax: number,
  sort: Sort = 'severity',
): Promise<readonly DiscrepancySummary[]> {
  return database.any(sql.type(discrepancyRow)`
    select f.*, ${proposal} from (
      select ${columns} from discrepancies d where ${sql.join(conditionsOf(filter), sql.fragment` and `)}
      order by ${ORDER[sort]}, d.severity desc, d.business_date desc, d.amount desc, d.discrepancy_id limit ${countMax}) f`);
}

function conditionsOf(filter: DiscrepancyFilter) {
  const { accounts, verdicts, severities, states, date, from, to, assignee, overdue, waiting } = filter;
  const isLive = states.every((state) => LIVE_STATES.includes(state));
  return [
    sql.fragment`d.state = any(${sql.array([...states], 'text')}::discrepancy_state[])`,
    ...(isLive ? [IS_LIVE] : []),
    ...(accounts === undefined ? [] : [sql.fragment`d.account = any(${sql.array([...accounts], 'text')})`]),
    ...(verdicts === undefined ? [] : [sql.fragment`d.verdict = any(${sql.array([...verdicts], 'text')}::verdict[])`]),
    ...(severities === undefined
      ? []
      : [sql.fragment`d.severity = any(${sql.array([...severities], 'text')}::severity[])`]),
    ...(date === undefined ? [] : [sql.fragment`d.business_date = ${date}`]),
    ...(from === undefined ? [] : [sql.fragment`d.business_date >= ${from}`]),
    ...(to === undefined ? [] : [sql.fragment`d.business_date <= ${to}`]),
    ...(assignee === undefined ? [] : [isAssignedTo(assignee)]),
    ...(overdue === true ? [sql.fragment`d.due_at < now()`] : []),
    ...(waiting === false ? [sql.fragment`d.verdict not in ('pending_timing', 'pending_source')`] : []),
  ];
}

/** The planner reckons with nobody only where it is written so. */
function isAssignedTo(assignee: string | null) {
  return assignee === null ? sql.fragment`d.assignee is null` : sql.fragment`d.assignee = ${assignee}`;
}

const eventRow = z.object({
  event: z.string(),
  verdict: z.enum(VERDICTS),
  state: z.enum(DISCREPANCY_STATES),
  detail: z.string().nullable(),
  actor: z.string(),
  createdAtMs: z.number(),
  run: z.string().nullable(),
});

const sideRow = z.object({
  side: z.enum(SIDES),
  id: z.string(),
  kind: z.enum(KINDS),
  status: z.enum(STATUSES),
  currency: z.string(),
  amountMinor: z.bigint(),
  feeMinor: z.bigint().nullable(),
  occurredAtMs: z.number(),
  merchantReference: z.string().nullable(),
  version: z.number(),
});

const detailRow = discrepancyRow.extend({
  zone: z.string(),
  differences,
  rule: z.string().nullable(),
  processorRowId: z.bigint().nullable(),
  processorDate: z.string().nullable(),
  internalRowId: z.bigint().nullable(),
  internalDate: z.string().nullable(),
});

export interface DiscrepancyDetail extends z.infer<typeof detailRow> {
  readonly rows: ReadonlyArray<z.infer<typeof sideRow>>;
  /** What later versions of the rows said differently. */
  readonly changes: readonly RowChange[];
  readonly events: ReadonlyArray<z.infer<typeof eventRow>>;
  readonly proposals: readonly Proposal[];
  readonly notes: readonly Note[];
}

/** null where there is none of this number. */
export async function readDiscrepancy(database: DatabasePool, id: bigint): Promise<DiscrepancyDetail | null> {
  const found = await database.maybeOne(sql.type(detailRow)`
    select f.*, ${proposal} from (select ${columns}, a.zone, coalesce(d.differences, m.differences) as differences, m.rule,
           coalesce(m.p_row_id, case d.anchor_side when 'processor' then d.anchor_row_id else t.row_id end) as "processorRowId",
           coalesce(m.p_home_date, case d.anchor_side when 'processor' then d.business_date else t.home_date end) as "processorDate",
           coalesce(m.i_row_id, case d.anchor_side when 'internal' then d.anchor_row_id else t.row_id end) as "internalRowId",
           coalesce(m.i_home_date, case d.anchor_side when 'internal' then d.business_date else t.home_date end) as "internalDate"
    from discrepancies d
    join accounts a using (account_id)
    left join lateral (${liveMatch()}) m on true
    left join transaction_ids t
      on t.external_id = d.partner_external_id and t.account_id = d.account_id and t.side <> d.anchor_side
    where d.discrepancy_id = ${id}) f`);
  if (found === null) return null;
  const places = [
    { side: 'processor' as const, rowId: found.processorRowId, homeDate: found.processorDate },
    { side: 'internal' as const, rowId: found.internalRowId, homeDate: found.internalDate },
  ];
  const [rows, changes, events, proposals, notes] = await Promise.all([
    readRows(database, found),
    readRowChanges(database, places),
    readEvents(database, id),
    readProposals(database, id),
    readNotes(database, id),
  ]);
  return { ...found, rows, changes, events, proposals, notes };
}

/** By the column of the anchor's side: a condition over both would find no index. */
function liveMatch() {
  const by = (side: 'processor' | 'internal', column: string) => sql.fragment`
    select m.* from matches m
    where d.anchor_side = ${side} and m.${sql.identifier([column])} = d.anchor_row_id and m.level = d.level
      and m.released_seq is null`;
  return sql.fragment`${by('processor', 'p_row_id')} union all ${by('internal', 'i_row_id')}`;
}

function readRows(database: DatabasePool, found: z.infer<typeof detailRow>): Promise<DiscrepancyDetail['rows']> {
  return database.any(sql.type(sideRow)`
    (select 'processor' as side, external_id as id, kind, status, currency, gross as "amountMinor", fee as "feeMinor",
            occurred_at as "occurredAtMs", merchant_reference as "merchantReference", version
     from processor_transactions where row_id = ${found.processorRowId} and home_date = ${found.processorDate}
     order by version desc limit 1)
    union all
    (select 'internal', external_id, kind, status, currency, amount, fee, occurred_at, merchant_reference, version
     from internal_transactions where row_id = ${found.internalRowId} and home_date = ${found.internalDate}
     order by version desc limit 1)`);
}

function readEvents(database: DatabasePool, id: bigint): Promise<DiscrepancyDetail['events']> {
  return database.any(sql.type(eventRow)`
    select e.event, e.verdict, e.state, e.detail, e.actor, e.created_at as "createdAtMs",
           r.account || '/' || r.run_date || '#' || r.run_number as run
    from discrepancy_events e left join reconciliation_runs r using (run_id)
    where e.discrepancy_id = ${id} order by e.event_id`);
}
