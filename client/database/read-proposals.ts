// Reads what was proposed about discrepancies, who decided it, and what people noted beside.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { SIDES } from '../../domain/vocabulary.ts';

const body = z.object({
  rows: z
    .array(
      z.object({ side: z.enum(SIDES), id: z.string(), version: z.number(), amount: z.string(), currency: z.string() }),
    )
    .nullable(),
});

/** What every proposal has, whatever it is about. */
export const anyProposal = z.object({
  proposalId: z.bigint(),
  sha256: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'out_of_date']),
  because: z.string(),
  proposedBy: z.string(),
  proposedAtMs: z.number(),
  decidedBy: z.string().nullable(),
  decidedAtMs: z.number().nullable(),
  decidedBecause: z.string().nullable(),
});
/** Its columns, of proposals p, and the body that belongs to its kind. */
export const proposalColumns = sql.fragment`
  p.proposal_id as "proposalId", p.sha256, p.status, p.because, p.proposed_by as "proposedBy", p.proposed_at as "proposedAtMs",
  p.decided_by as "decidedBy", p.decided_at as "decidedAtMs", p.decided_because as "decidedBecause", p.body`;

const proposalRow = anyProposal.extend({
  discrepancyId: z.bigint(),
  kind: z.string(),
  reason: z.string(),
  body: z.string().transform((text) => body.parse(JSON.parse(text))),
});
export type Proposal = z.infer<typeof proposalRow>;

/** The latest first. */
export function readProposals(database: CommonQueryMethods, discrepancyId: bigint): Promise<readonly Proposal[]> {
  return database.any(sql.type(proposalRow)`
    select ${proposalColumns}, s.discrepancy_id as "discrepancyId", p.kind, p.reason
    from proposal_subjects s join proposals p using (proposal_id)
    where s.discrepancy_id = ${discrepancyId} order by p.proposal_id desc`);
}

const noteRow = z.object({ body: z.string(), author: z.string(), createdAtMs: z.number() });
export type Note = z.infer<typeof noteRow>;

/** The first first, as they were typed: escape them where they are shown. */
export function readNotes(database: CommonQueryMethods, discrepancyId: bigint): Promise<readonly Note[]> {
  return database.any(sql.type(noteRow)`
    select body, author, created_at as "createdAtMs" from discrepancy_notes where discrepancy_id = ${discrepancyId} order by note_id`);
}

const named = z.object({ sha256: z.string(), kind: z.string() });

/** The whole hash of a proposal whose hash begins so, and what it proposes; null where there is none. */
export function readNamed(
  database: CommonQueryMethods,
  id: bigint,
  start: string,
): Promise<z.infer<typeof named> | null> {
  return database.maybeOne(sql.type(named)`
    select sha256, kind from proposals where proposal_id = ${id} and starts_with(sha256, ${start})`);
}
