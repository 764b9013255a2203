// Who proposed and who approved what a run applied. Needs the proposals of sql/migrations/0011.
import { expect, test } from '@jest/globals';
import type { EngineAccount } from '../engine-for-tests.ts';
import { MISSING, peopleForTests } from '../reconcile/people-for-tests.ts';
import { LONG_AFTER, runOf, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { readDecisions } from './read-decisions.ts';
import { readSealedRun } from './read-sealed-run.ts';

const { newAccount, started } = situationsForTests();
const { asOwner, decide } = peopleForTests(started);

const AFTER = { asOf: LONG_AFTER };

/** As ann proposed it and ben decided it, a moment ago. */
async function proposal({ account }: EngineAccount, status: string, decision: string | null): Promise<void> {
  await asOwner(async (owner) => {
    // Without the people: whoever they are, the package names them.
    await owner.query('reset role; set session_replication_role = replica');
    await owner.query(
      `insert into proposals (account_id, kind, body, sha256, reason, because, status, proposed_by, decided_by, decided_at,
         decided_because, decision_id)
       select account_id, 'match', '{"rows":2}', encode(sha256('{"rows":2}'), 'hex'), 'same_movement', 'as jane@example.com says',
              $2, 'ann', 'ben', now(), 'looked at it', $3 from accounts where account = $1`,
      [account, status, decision],
    );
  });
}

test('the package says who proposed and who approved what the run applied, and what was refused before it', async () => {
  const account = newAccount();
  await runOf(account, MISSING, AFTER);
  await proposal(account, 'rejected', null);
  await proposal(account, 'approved', await decide(account, 'group', 'ch_1', 'o_1'));
  const { runId } = await runOf(account, [], AFTER);
  const later = await runOf(account, [], AFTER);

  const { database } = started().engine;
  const read = async (run: string) => readDecisions(database, await readSealedRun(database, BigInt(run)));
  const { proposals, decisions } = await read(runId);
  expect(proposals).toMatchObject([
    { status: 'rejected', decisionId: null },
    {
      status: 'approved',
      decisionId: decisions[0]?.decisionId,
      proposedBy: 'ann',
      decidedBy: 'ben',
      because: 'as (e-mail address) says',
      body: '{"rows":2}',
      isVerbatim: true,
    },
  ]);
  expect((await read(later.runId)).proposals).toEqual([]);
});
