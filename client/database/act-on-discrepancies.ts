// Carries what a person asks for to the functions of the database (sql/migrations/0011_people.sql and 0014_controls.sql), which decide whether it may be.
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';
import { proposalName } from '../discrepancies/proposal-name.ts';

/** What may be proposed about one difference. */
export const PROPOSED = ['resolve', 'write_off', 'not_duplicate', 'reopen'] as const;
export type Proposed = (typeof PROPOSED)[number];

/** As the table decision_reasons has them. */
export const REASONS = [
  'booking_error',
  'decided_wrongly',
  'exchange_rate',
  'fraud',
  'not_worth_pursuing',
  'other',
  'processor_error',
  'processor_fee',
  'same_movement',
  'timing',
  'two_movements',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Because {
  readonly reason: Reason;
  readonly because: string;
}

const nothing = z.object({}).loose();
const numbered = z.object({ id: z.bigint() });

export async function assignDiscrepancy(to: CommonQueryMethods, id: bigint, login: string | null): Promise<void> {
  await to.query(sql.type(nothing)`select assign_discrepancy(${id}, ${login})::text as done`);
}

export async function noteDiscrepancy(to: CommonQueryMethods, id: bigint, words: string): Promise<bigint> {
  return to.oneFirst(sql.type(numbered)`select note_discrepancy(${id}, ${words}) as id`);
}

/** @returns The name of the proposal. */
export async function proposeDecision(
  to: DatabaseTransactionConnection,
  kind: Proposed,
  id: bigint,
  { reason, because }: Because,
): Promise<string> {
  return nameOf(
    to,
    await to.oneFirst(sql.type(numbered)`select propose_decision(${kind}, ${id}, ${reason}, ${because}) as id`),
  );
}

export interface RowsToMatch {
  readonly account: string;
  readonly discrepancies: readonly bigint[];
  readonly rows: ReadonlyArray<{ readonly side: Side; readonly id: string }>;
}

/** @returns The name of the proposal. */
export async function proposeMatch(
  to: DatabaseTransactionConnection,
  { account, discrepancies, rows }: RowsToMatch,
  { reason, because }: Because,
): Promise<string> {
  const sides = sql.array(
    rows.map(({ side }) => side),
    'text',
  );
  const ids = sql.array(
    rows.map(({ id }) => id),
    'text',
  );
  return nameOf(
    to,
    await to.oneFirst(sql.type(numbered)`
      select propose_match(${account}, ${sql.array([...discrepancies], 'int8')}, ${sides}::text[]::side[], ${ids}, ${reason},
                           ${because}) as id`),
  );
}

/** @returns The name of the proposal. */
export async function proposeRuleSet(
  to: DatabaseTransactionConnection,
  account: string,
  canonical: string,
  because: string,
): Promise<string> {
  return nameOf(
    to,
    await to.oneFirst(sql.type(numbered)`select propose_rule_set(${account}, ${canonical}, ${because}) as id`),
  );
}

/** @param through null: no day is locked any more. @returns The name of the proposal. */
export async function proposePeriod(
  to: DatabaseTransactionConnection,
  account: string,
  through: string | null,
  because: string,
): Promise<string> {
  return nameOf(
    to,
    await to.oneFirst(sql.type(numbered)`select propose_period(${account}, ${through}, ${because}) as id`),
  );
}

export async function decideProposal(
  to: CommonQueryMethods,
  proposal: { readonly id: bigint; readonly sha256: string },
  approve: boolean,
  because: string,
): Promise<void> {
  await to.query(
    sql.type(nothing)`select decide_proposal(${proposal.id}, ${proposal.sha256}, ${approve}, ${because})::text as done`,
  );
}

async function nameOf(to: CommonQueryMethods, id: bigint): Promise<string> {
  const sha256 = await to.oneFirst(sql.type(z.object({ sha256: z.string() }))`
    select sha256 from proposals where proposal_id = ${id}`);
  return proposalName(id, sha256);
}
