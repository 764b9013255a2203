// Carries purges and holds to the functions of the database (sql/migrations/0017_purge.sql), which decide whether they may be.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { proposalName } from '../discrepancies/proposal-name.ts';

const nothing = z.object({}).loose();
const planRow = z.object({
  month: z.string(),
  processorRows: z.bigint(),
  internalRows: z.bigint(),
  /** null: nothing keeps it. */
  stays: z.string().nullable(),
});
export type PlannedMonth = z.infer<typeof planRow>;

/** Every month of rows that ends before the day, the oldest first. */
export function readPurgePlan(from: CommonQueryMethods, before: string): Promise<readonly PlannedMonth[]> {
  return from.any(sql.type(planRow)`
    select to_char(month, 'YYYY-MM') as month, processor_rows as "processorRows", internal_rows as "internalRows", stays
    from purge_plan(${before}) order by 1`);
}

/** @returns The name of the purge. */
export async function proposePurge(to: CommonQueryMethods, before: string, because: string): Promise<string> {
  const id = await to.oneFirst(sql.type(z.object({ id: z.bigint() }))`
    select propose_purge(${before}, ${because}) as id`);
  const sha256 = await to.oneFirst(sql.type(z.object({ sha256: z.string() }))`
    select sha256 from purges where purge_id = ${id}`);
  return proposalName(id, sha256);
}

export async function decidePurge(
  to: CommonQueryMethods,
  purge: { readonly id: bigint; readonly sha256Start: string },
  approve: boolean,
  because: string,
): Promise<void> {
  // Where no hash begins so, the database is left to say what is wrong.
  const sha256 = await to.maybeOneFirst(sql.type(z.object({ sha256: z.string() }))`
    select sha256 from purges where purge_id = ${purge.id} and starts_with(sha256, ${purge.sha256Start})`);
  await to.query(sql.type(nothing)`
    select decide_purge(${purge.id}, ${sha256 ?? purge.sha256Start}, ${approve}, ${because})::text as done`);
}

const purgeRow = z.object({
  purgeId: z.bigint(),
  sha256: z.string(),
  before: z.string(),
  status: z.enum(['pending', 'done', 'rejected']),
  because: z.string(),
  proposedBy: z.string(),
  decidedBy: z.string().nullable(),
  months: z.string(),
});
export type Purge = z.infer<typeof purgeRow>;

const PURGES_SHOWN_MAX = 200;

/** The latest first. */
export function readPurges(from: CommonQueryMethods): Promise<readonly Purge[]> {
  return from.any(sql.type(purgeRow)`
    select purge_id as "purgeId", sha256, before, status, because, proposed_by as "proposedBy", decided_by as "decidedBy",
           (select string_agg(m ->> 'month', ', ' order by m ->> 'month') from jsonb_array_elements(body::jsonb -> 'months') m) as months
    from purges order by purge_id desc limit ${PURGES_SHOWN_MAX}`);
}

const sealedRow = z.object({ account: z.string(), date: z.string(), number: z.number(), manifestSha256: z.string() });
export type SealedPackage = z.infer<typeof sealedRow>;

/** Of every run that the rows of these months were part of, the package that has to be there before they go. */
export function readPackages(
  from: CommonQueryMethods,
  { firstMonth, before }: { readonly firstMonth: string; readonly before: string },
): Promise<readonly SealedPackage[]> {
  return from.any(sql.type(sealedRow)`
    select account, run_date as date, run_number as number, manifest_sha256 as "manifestSha256"
    from purge_packages(${`${firstMonth}-01`}, ${before})`);
}

/** @returns The number of the hold. */
export function placeHold(to: CommonQueryMethods, account: string, reason: string): Promise<bigint> {
  return to.oneFirst(sql.type(z.object({ id: z.bigint() }))`select place_hold(${account}, ${reason}) as id`);
}

export async function releaseHold(to: CommonQueryMethods, holdId: bigint, reason: string): Promise<void> {
  await to.query(sql.type(nothing)`select release_hold(${holdId}, ${reason})::text as done`);
}

const holdRow = z.object({
  holdId: z.bigint(),
  account: z.string(),
  reason: z.string(),
  placedBy: z.string(),
  placedAtMs: z.number(),
  releasedBy: z.string().nullable(),
  releasedAtMs: z.number().nullable(),
});
export type Hold = z.infer<typeof holdRow>;

const HOLDS_SHOWN_MAX = 1_000;

/** Those in force first. */
export function readHolds(from: CommonQueryMethods): Promise<readonly Hold[]> {
  return from.any(sql.type(holdRow)`
    select h.hold_id as "holdId", a.account, h.reason, h.placed_by as "placedBy", h.placed_at as "placedAtMs", h.released_by as "releasedBy",
           h.released_at as "releasedAtMs"
    from legal_holds h join accounts a using (account_id)
    order by h.released_at is not null, h.hold_id desc limit ${HOLDS_SHOWN_MAX}`);
}
