import { expect, test } from '@jest/globals';
import type { EngineAccount } from '../engine-for-tests.ts';
import { MISSING, peopleForTests } from '../reconcile/people-for-tests.ts';
import { LONG_AFTER, runOf, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { readDecisions } from './read-decisions.ts';
import { readSealedRun } from './read-sealed-run.ts';

const { newAccount, started } = situationsForTests();
const { decide, revoke } = peopleForTests(started);

const AFTER = { asOf: LONG_AFTER };

async function decisionsOf({ runId }: { readonly runId: string }) {
  const { database } = started().engine;
  return readDecisions(database, await readSealedRun(database, BigInt(runId)));
}

async function decided(): Promise<{ account: EngineAccount; first: { runId: string }; decision: string }> {
  const account = newAccount();
  const first = await runOf(account, MISSING, AFTER);
  return { account, first, decision: await decide(account, 'group', 'ch_1', 'o_1') };
}

test('a decision stands in the package of the run that was the first to apply it, with its rows as they were looked at', async () => {
  const { account, first, decision } = await decided();
  const second = await runOf(account, [], AFTER);
  const third = await runOf(account, [], AFTER);
  expect(await decisionsOf(second)).toMatchObject({
    decisions: [
      {
        decisionId: BigInt(decision),
        kind: 'group',
        reason: 'looked at both',
        fromSeq: 2n,
        revokedSeq: null,
        rows: [
          { side: 'processor', externalId: 'ch_1', version: 1, verdict: 'missing_internal' },
          { side: 'internal', externalId: 'o_1', version: 1, verdict: 'missing_processor' },
        ],
      },
    ],
    inForce: 1n,
  });
  expect(await decisionsOf(first)).toMatchObject({ decisions: [], inForce: 0n });
  expect(await decisionsOf(third)).toMatchObject({ decisions: [], inForce: 1n });
});

test('one that was taken back stands in both: as it was in the first, and with its end in the last', async () => {
  const { account, decision } = await decided();
  const second = await runOf(account, [], AFTER);
  const before = await decisionsOf(second);
  await revoke(decision);
  const third = await runOf(account, [], AFTER);
  expect(await decisionsOf(second)).toEqual(before);
  expect(await decisionsOf(third)).toMatchObject({
    decisions: [{ decisionId: BigInt(decision), revokedSeq: 3n, revokedReason: 'a mistake' }],
    inForce: 0n,
  });
});
