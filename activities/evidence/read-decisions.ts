// What people decided that a run was the first to apply, to find out of date or to let go again, and who proposed and approved
// it. Decision sequences have no gaps, so the packages of all runs of an account hold every decision. Free text is redacted.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { InvariantViolated } from '../errors.ts';
import { redacted } from '../fetch/row/personal-data.ts';
import { instant, type SealedRun } from './read-sealed-run.ts';

const DECISIONS_MAX = 20_000;
const ROWS_MAX = 200_000;

export async function readDecisions(connection: CommonQueryMethods, run: SealedRun) {
  // A run that did not decide applied nothing.
  if (run.decisionSeq === null) return { decisions: [], inForce: 0n, proposals: [] };
  const decisions = await readChanged(connection, run);
  return { decisions, inForce: await countInForce(connection, run), proposals: await readProposals(connection, run) };
}

const decisionRow = z.object({
  decisionId: z.bigint(),
  kind: z.string(),
  level: z.string(),
  reason: z.string(),
  decidedBy: z.string(),
  decidedAtMs: z.number(),
  fromSeq: z.bigint(),
  staleSeq: z.bigint().nullable(),
  revokedSeq: z.bigint().nullable(),
  revokedBy: z.string().nullable(),
  revokedAtMs: z.number().nullable(),
  revokedReason: z.string().nullable(),
});

const subjectRow = z.object({
  decisionId: z.bigint(),
  side: z.string(),
  externalId: z.string(),
  version: z.number(),
  homeDate: z.string(),
  verdict: z.string(),
});

/** The decisions that began or ended with the run. What a later run made of them is not this one's. */
const changedIn = ({ accountId, decisionSeq }: SealedRun) => sql.fragment`
  d.account_id = ${accountId} and (d.from_seq = ${decisionSeq} or d.stale_seq = ${decisionSeq} or d.revoked_seq = ${decisionSeq})`;

async function readChanged(connection: CommonQueryMethods, run: SealedRun) {
  const seq = run.decisionSeq;
  const decisions = await connection.any(sql.type(decisionRow)`
    select d.decision_id as "decisionId", d.kind, d.level::text, d.reason, d.decided_by as "decidedBy", d.decided_at as "decidedAtMs",
           d.from_seq as "fromSeq", case when d.stale_seq <= ${seq} then d.stale_seq end as "staleSeq",
           case when d.revoked_seq <= ${seq} then d.revoked_seq end as "revokedSeq",
           case when d.revoked_seq <= ${seq} then d.revoked_by end as "revokedBy",
           case when d.revoked_seq <= ${seq} then d.revoked_at end as "revokedAtMs",
           case when d.revoked_seq <= ${seq} then d.revoked_reason end as "revokedReason"
    from manual_decisions d where ${changedIn(run)} order by d.decision_id limit ${DECISIONS_MAX + 1}`);
  const subjects = await connection.any(sql.type(subjectRow)`
    select r.decision_id as "decisionId", r.side::text, i.external_id as "externalId", r.version, r.home_date as "homeDate",
           r.verdict::text
    from manual_decisions d join manual_decision_rows r using (decision_id)
    join lateral (
      select p.external_id from processor_transactions p
      where r.side = 'processor' and p.home_date = r.home_date and p.row_id = r.row_id and p.version = r.version
      union all
      select i.external_id from internal_transactions i
      where r.side = 'internal' and i.home_date = r.home_date and i.row_id = r.row_id and i.version = r.version) i on true
    where ${changedIn(run)} order by r.decision_id, r.side, i.external_id collate "C" limit ${ROWS_MAX + 1}`);
  if (decisions.length > DECISIONS_MAX || subjects.length > ROWS_MAX) {
    throw new InvariantViolated(`the evidence of run ${run.runId}`, ['more decisions than a package may hold']);
  }
  const ofDecision = Map.groupBy(subjects, ({ decisionId }) => decisionId);
  return decisions.map(({ reason, revokedReason, decidedAtMs, revokedAtMs, ...decision }) => ({
    ...decision,
    reason: redacted(reason),
    decidedAt: instant(decidedAtMs),
    revokedAt: instant(revokedAtMs),
    revokedReason: revokedReason === null ? null : redacted(revokedReason),
    rows: (ofDecision.get(decision.decisionId) ?? []).map(({ decisionId: _its, ...row }) => row),
  }));
}

function countInForce(connection: CommonQueryMethods, { accountId, decisionSeq }: SealedRun): Promise<bigint> {
  return connection.oneFirst(sql.type(z.object({ count: z.bigint() }))`
    select count(*) from manual_decisions d
    where d.account_id = ${accountId} and d.from_seq <= ${decisionSeq}
      and coalesce(d.stale_seq > ${decisionSeq}, true) and coalesce(d.revoked_seq > ${decisionSeq}, true)`);
}

const proposalRow = z.object({
  proposalId: z.bigint(),
  kind: z.string(),
  status: z.string(),
  body: z.string(),
  sha256: z.string(),
  reason: z.string(),
  because: z.string(),
  proposedBy: z.string(),
  proposedAtMs: z.number(),
  decidedBy: z.string().nullable(),
  decidedAtMs: z.number().nullable(),
  decidedBecause: z.string().nullable(),
  decisionId: z.bigint().nullable(),
});

/** Those behind the decisions, and those that were refused since the run before was opened; null where the database keeps none. */
async function readProposals(connection: CommonQueryMethods, run: SealedRun) {
  const { runId, accountId, decisionSeq } = run;
  const there = await connection.oneFirst(sql.type(z.object({ there: z.boolean() }))`
    select to_regclass('public.proposals') is not null as there`);
  if (!there) return null;
  const proposals = await connection.any(sql.type(proposalRow)`
    select p.proposal_id as "proposalId", p.kind::text, p.status::text, p.body, p.sha256, p.reason::text, p.because,
           p.proposed_by as "proposedBy", p.proposed_at as "proposedAtMs", p.decided_by as "decidedBy",
           p.decided_at as "decidedAtMs", p.decided_because as "decidedBecause", p.decision_id as "decisionId"
    from proposals p
    where p.account_id = ${accountId} and p.status <> 'pending' and (
      p.decision_id in (select d.decision_id from manual_decisions d where ${changedIn(run)})
      or (p.decided_at <= (select r.created_at from reconciliation_runs r where r.run_id = ${runId}) and p.decided_at > coalesce(
        (select r.created_at from reconciliation_runs r
         where r.account_id = ${accountId} and r.decision_seq < ${decisionSeq} order by r.decision_seq desc limit 1), '-infinity')))
    order by p.proposal_id limit ${DECISIONS_MAX + 1}`);
  if (proposals.length > DECISIONS_MAX) {
    throw new InvariantViolated(`the evidence of run ${run.runId}`, ['more proposals than a package may hold']);
  }
  return proposals.map(({ body, because, decidedBecause, proposedAtMs, decidedAtMs, ...proposal }) => ({
    ...proposal,
    because: redacted(because),
    decidedBecause: decidedBecause === null ? null : redacted(decidedBecause),
    proposedAt: instant(proposedAtMs),
    decidedAt: instant(decidedAtMs),
    body: redacted(body),
    /** Where the words that were hashed stand here word for word. */
    isVerbatim: redacted(body) === body,
  }));
}
