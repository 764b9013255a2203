// What people do with proposals, as one word each, for tests of what the database lets each of them do.
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import type { Person } from '../client/discrepancies/persons-for-tests.ts';

export async function discrepancyOf(by: Person, { account }: EngineAccount, anchor: string): Promise<string> {
  const { rows } = await by.client.query(
    'select discrepancy_id from discrepancies where account = $1 and anchor_external_id = $2',
    [account, anchor],
  );
  return rows[0]?.discrepancy_id;
}

export const proposeDecision = (by: Person, kind: string, discrepancy: string) =>
  by.call('propose_decision($1, $2, $3, $4)', kind, discrepancy, 'other', 'looked at both');

export const proposeMatch = (
  by: Person,
  { account }: EngineAccount,
  numbers: readonly string[],
  sides: readonly string[] = [],
  ids: readonly string[] = [],
) => by.call('propose_match($1, $2, $3, $4, $5, $6)', account, numbers, sides, ids, 'same_movement', 'one order');

export async function sha256Of(by: Person, proposal: string): Promise<string> {
  const { rows } = await by.client.query('select sha256 from proposals where proposal_id = $1', [proposal]);
  return rows[0]?.sha256;
}

export const decideProposal = async (by: Person, proposal: string, approve = true) =>
  by.call('decide_proposal($1, $2, $3, $4)', proposal, await sha256Of(by, proposal), approve, 'seen');

export async function statusOf(by: Person, proposal: string): Promise<string> {
  const { rows } = await by.client.query('select status from proposals where proposal_id = $1', [proposal]);
  return rows[0]?.status;
}
