// Reads through which day each account is locked, and what was proposed about that.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { accountProposal, accountProposals } from './read-account-proposals.ts';

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

const periodRow = accountProposal.extend({ body: z.string().transform((text) => body.parse(JSON.parse(text))) });
export type PeriodProposal = z.infer<typeof periodRow>;

const inForce = sql.fragment`
  select l.proposal_id from period_locks l where l.account_id = p.account_id order by l.lock_id desc limit 1`;

/** The latest first, at most 50. @param account null: of every account. */
export function readPeriods(database: CommonQueryMethods, account: string | null): Promise<readonly PeriodProposal[]> {
  return database.any(sql.type(periodRow)`${accountProposals('period', inForce, account)}`);
}
