// Reads through which day each account is locked, and what was proposed about that.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const body = z.object({
  /** The first day that would be locked; after the last of them where days are opened again. */
  from: z.string(),
  /** null: no day stays locked. */
  through: z.string().nullable(),
  replaces: z.string().nullable(),
  days: z.number(),
  results: z.string(),
  open: z.array(z.object({ currency: z.string(), differences: z.number(), amount: z.string() })),
});

const periodRow = z.object({
  proposalId: z.bigint(),
  account: z.string(),
  sha256: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'out_of_date']),
  /** What the account is locked through now was decided by it. */
  inForce: z.boolean(),
  because: z.string(),
  proposedBy: z.string(),
  proposedAtMs: z.number(),
  decidedBy: z.string().nullable(),
  decidedAtMs: z.number().nullable(),
  decidedBecause: z.string().nullable(),
  body: z.string().transform((text) => body.parse(JSON.parse(text))),
});
export type PeriodProposal = z.infer<typeof periodRow>;

const SHOWN_MAX = 50;

/** The latest first, at most 50. @param account null: of every account. */
export function readPeriods(database: CommonQueryMethods, account: string | null): Promise<readonly PeriodProposal[]> {
  return database.any(sql.type(periodRow)`
    select p.proposal_id as "proposalId", a.account, p.sha256, p.status, p.because, p.proposed_by as "proposedBy",
           p.proposed_at as "proposedAtMs", p.decided_by as "decidedBy", p.decided_at as "decidedAtMs",
           p.decided_because as "decidedBecause", p.body,
           p.proposal_id is not distinct from (select l.proposal_id from period_locks l where l.account_id = p.account_id
                             order by l.lock_id desc limit 1) as "inForce"
    from proposals p join accounts a using (account_id)
    where p.kind = 'period' and (${account}::text is null or a.account = ${account})
    order by p.proposal_id desc limit ${SHOWN_MAX}`);
}
