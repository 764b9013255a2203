// What a chain says of runs that really happened, in the transaction that made it so.
import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { parseBody } from '../../domain/audit-chain.ts';
import { type AuditHouse, openAuditHouse } from './audit-house-for-tests.ts';
import { readChain, readEvents } from './read-chain.ts';
import { runEventPrefix } from './run-events.ts';

let house: AuditHouse;
beforeAll(async () => {
  house = await openAuditHouse();
});
afterAll(() => house?.close());

const DATE = '2026-01-31';
const DAY = {
  date: DATE,
  processor: [charge('ch_1', '10.00'), charge('ch_2', '5.50')],
  internal: [{ ...charge('o_1', '10.00'), amount: '10.00', processorReference: 'ch_1' }],
};
function charge(id: string, gross: string) {
  return { id, kind: 'payment', gross, currency: 'USD', occurredAt: `${DATE}T12:00:00Z` };
}

async function eventsOf(chain: string) {
  return house.auditor.transaction(async (transaction) => {
    const events: Record<string, unknown>[] = [];
    for await (const row of readChain(transaction, chain)) {
      events.push({ key: row.eventKey, ...parseBody(row.body)?.data });
    }
    return events;
  });
}

test('a run is opened with its reason, and completed with what its sources gave and its digests', async () => {
  const account = house.engine.accountOf('test/told');
  const run = await account.runDay(DAY);
  const row = await house.auditor.one(sql.type(z.object({ digest: z.string(), result: z.string() }))`
    select input_digest as digest, canonical_result as result from reconciliation_runs where run_id = ${BigInt(run.runId)}`);
  expect(await eventsOf('test/told')).toEqual([
    {
      key: `run/${DATE}#1/opened`,
      event: 'run_opened',
      run: `test/told/${DATE}#1`,
      trigger: 'try',
      reason: null,
      workflowId: `reconcile/test/told/${DATE}`,
      temporalRunId: expect.any(String),
    },
    {
      key: `run/${DATE}#1/completed`,
      event: 'run_completed',
      run: `test/told/${DATE}#1`,
      decisionSeq: '1',
      outcome: 'differences',
      codeVersion: 'test',
      ruleSetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      inputDigest: row.digest,
      resultDigest: hash('sha256', row.result, 'hex'),
      sources: [
        { side: 'internal', level: 'activity', currency: 'USD', count: '1', debits: '0', credits: '1000' },
        { side: 'processor', level: 'activity', currency: 'USD', count: '2', debits: '0', credits: '1550' },
      ],
      transitions: { count: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  ]);
});

test('deciding again adds nothing', async () => {
  const run = await house.engine.accountOf('test/again').stageDay(DAY);
  await run.decide();
  await run.decide();
  expect(await eventsOf('test/again')).toHaveLength(2);
});

test('a run that was lost is told before the one that takes its day over', async () => {
  const account = house.engine.accountOf('test/lost');
  await account.stageDay(DAY);
  await account.runDay(DAY);
  expect((await eventsOf('test/lost')).map(({ key, event }) => [key, event])).toEqual([
    [`run/${DATE}#1/opened`, 'run_opened'],
    [`run/${DATE}#1/failed`, 'run_failed'],
    [`run/${DATE}#2/opened`, 'run_opened'],
    [`run/${DATE}#2/completed`, 'run_completed'],
  ]);
});

test('a decision that is rolled back is not told', async () => {
  const account = house.engine.accountOf('test/crashed');
  const crash = async (name: string) => {
    if (name === 'before_commit') throw new Error('the process ends here');
  };
  const run = await account.stageDay({ ...DAY, checkpoint: crash });
  await expect(run.decide()).rejects.toThrow('the process ends here');
  expect((await eventsOf('test/crashed')).map(({ event }) => event)).toEqual(['run_opened']);
  expect((await house.verify('test/crashed', null)).chains[0]?.fault).toBeNull();
});

test('runs of one account that decide while others append do not start over at the end', async () => {
  const account = house.engine.accountOf('test/busy');
  let appending: Promise<void> | undefined;
  const run = await account.stageDay({
    ...DAY,
    checkpoint: async (name) => {
      // The head is held by the decision: this waits for it, and does not make its work in vain.
      if (name === 'before_gate') appending ??= house.append('test/busy', 'a', 'b');
    },
  });
  await run.decide();
  await appending;
  expect((await eventsOf('test/busy')).map(({ key }) => key)).toEqual([
    `run/${DATE}#1/opened`,
    `run/${DATE}#1/completed`,
    'a',
    'b',
  ]);
});

test('the events of run 1 are not those of run 10', async () => {
  const account = house.engine.accountOf('test/ten');
  await account.runDay(DAY);
  await house.append('test/ten', `run/${DATE}#10/opened`);
  const prefix = runEventPrefix({ runDate: DATE, runNumber: 1 });
  const events = await readEvents(house.auditor, 'test/ten', prefix);
  expect(events.map(({ event }) => event)).toEqual(['run_opened', 'run_completed']);
});
