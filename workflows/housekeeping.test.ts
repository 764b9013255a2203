// Housekeeping on real servers: one step that fails does not stop the others. That it delivers and publishes: faults/delivery-down.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { failureOf } from '../faults/observe.ts';
import { openTestHouse, type TestHouse } from '../faults/test-house.ts';
import { TEST_POLICY } from '../faults/test-servers.ts';
import type { housekeeping } from './housekeeping.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.stop());

const keepHouse = (budgetMs: number) =>
  house.access.client.workflow.start<typeof housekeeping>('housekeeping', {
    args: [{ policy: { ...TEST_POLICY, budgetMs } }],
    taskQueue: house.access.taskQueue,
    workflowId: 'recon-housekeeping',
  });

test('an hour with nothing to do does nothing', async () => {
  expect(await (await keepHouse(10_000)).result()).toEqual({
    swept: { delivered: 0, failed: 0, deferred: 0, held: 0, published: 0, unpublished: 0 },
    escalated: 0,
    sealed: 0,
    // The chain of the migrations.
    anchored: 1,
    partitionsUntil: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
  const months = await house.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::int as count from pg_class where relispartition and relname ~ '_transactions_[0-9]{6}$'`);
  // This one, and those that 62 days reach, of both sides.
  expect(months).toBeGreaterThanOrEqual(6);
});

test('a step that fails is named, and the others have had their turn', async () => {
  await house.database.query(sql.unsafe`
    insert into notifications (audience, kind, dedupe_key, message_id, payload)
    values ('ops@example.com', 'digest', 'not-composable', '<1@recon>', 'not json')`);
  const handle = await keepHouse(1_500);
  expect(await failureOf(handle.result())).toMatchObject({
    type: 'PartialHousekeeping',
    message: 'not done this hour: sweep outbox',
  });
  const { events } = await handle.fetchHistory();
  const done = (events ?? []).filter(({ activityTaskCompletedEventAttributes: event }) => Boolean(event));
  // Escalation, evidence, partitions, anchors.
  expect(done).toHaveLength(4);
});
