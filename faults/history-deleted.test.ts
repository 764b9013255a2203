// Row 25 of the fault table: what Temporal knew of a day is deleted, as it is when its retention has passed. What was sealed
// proves the day without it. And runs whose workflow ended without sealing are sealed by the sweep.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openEvidenceStore } from '../activities/evidence/evidence-store.ts';
import { readSeal, type SealDeps } from '../activities/evidence/seal-evidence.ts';
import { sweepEvidence } from '../activities/evidence/sweep-evidence.ts';
import { verifyPackage } from '../activities/evidence/verify-package.ts';
import { temporalHistories } from '../activities/evidence/workflow-histories.ts';
import { exportEvidence } from '../client/evidence/export-evidence.ts';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';
import { composeStore } from '../worker/compose-outbox.ts';
import { runsOf, until } from './observe.ts';
import type { TestCompany } from './test-company.ts';
import { openTestHouse, type TestHouse } from './test-house.ts';

const DATE = '2026-03-02';
const DAY_MS = 86_400_000;
const CLI_TIMEOUT_MS = 20_000;

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house?.stop());

type Handle = Awaited<ReturnType<TestHouse['startDay']>>['handle'];

/** `temporal workflow delete`, as an operator types it; the server does it some time after. */
async function deleteHistory({ workflowId, client }: Handle, temporalRunId: string): Promise<void> {
  const { binary, address, namespace } = house.temporal;
  const where = ['--address', address, '--namespace', namespace];
  const which = ['--workflow-id', workflowId, '--run-id', temporalRunId];
  await promisify(execFile)(binary ?? 'temporal', ['workflow', 'delete', ...where, ...which], {
    env: bareEnvironment(hostEnvironment()),
    timeout: CLI_TIMEOUT_MS,
  });
  await until('the history to be gone', () =>
    client
      .getHandle(workflowId, temporalRunId)
      .fetchHistory()
      .then(
        () => undefined,
        () => true,
      ),
  );
}

/** As the sweep of a worker has it, with the client of the test. */
function sealDeps(company: TestCompany): SealDeps {
  return {
    database: house.database,
    reports: composeStore(company.config),
    store: openEvidenceStore(join(company.config.folder, 'evidence'), { retentionDays: 1, nowMs: Date.now }),
    histories: temporalHistories(() => house.access.client),
  };
}

const aDayLater = () => Date.now() + DAY_MS;

test('row 25: the history of a day is deleted; its evidence still verifies, and still tells the history', async () => {
  const company = await house.open({ account: 'stripe/sealed', firstDate: DATE, days: 1 });
  const { handle } = await house.startDay({ account: company.account, date: DATE });
  const { runId } = await handle.result();
  const seal = await readSeal(house.database, BigInt(runId));
  expect(seal).not.toBeNull();
  if (seal === null) return;
  const { runId: temporalRunId } = await handle.describe();
  await deleteHistory(handle, temporalRunId);

  const run = { account: company.account, date: DATE, number: 1 };
  const out = join(house.folder, 'exported');
  const { verdict } = await exportEvidence(sealDeps(company).store, run, seal, out);
  expect(verdict).toMatchObject({
    verdict: 'intact',
    faults: [],
    manifest: { run: { runId, status: 'completed' }, reports: 'copied', history: 'archived' },
  });
  const { executions } = JSON.parse(await readFile(join(out, 'history.json'), 'utf8'));
  expect(executions).toMatchObject([{ workflowId: handle.workflowId, temporalRunId }]);
  const steps = executions[0].events.flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }: Record<string, { activityType?: { name: string } }>) =>
      scheduled?.activityType?.name ?? [],
  );
  expect(steps).toEqual(expect.arrayContaining(['openRun', 'fetchShard', 'decideRun', 'publishReport']));
  expect(await sweepEvidence({ ...sealDeps(company), nowMs: aDayLater })).toEqual({ sealed: 0, left: 0 });
});

test('a run that was terminated is sealed by the sweep, with its history as it ended', async () => {
  const faults = [{ on: 1, answer: { kind: 'hanging' } }] as const;
  const company = await house.open({ account: 'stripe/ended', firstDate: DATE, days: 1, shard: '48h', faults });
  const day = { account: company.account, date: DATE };
  const { handle } = await house.startDay(day);
  await until('the fetch to hang', async () => company.emulator.requests().length > 0 || undefined);
  await handle.terminate('a fault test');
  // The next run of the day closes the one that nobody closed.
  await (await house.startDay(day)).handle.result();
  const [ended, again] = await runsOf(house.database, day);
  expect([ended?.status, again?.status]).toEqual(['failed', 'completed']);

  expect(await sweepEvidence({ ...sealDeps(company), nowMs: aDayLater })).toEqual({ sealed: 1, left: 0 });
  const seal = await readSeal(house.database, ended?.run_id ?? 0n);
  expect(await verifyPackage(seal?.location ?? '', seal?.manifestSha256)).toMatchObject({
    verdict: 'intact',
    manifest: { run: { number: 1, status: 'failed', resultDigest: null }, reports: 'none', history: 'archived' },
  });
  const { executions } = JSON.parse(await readFile(join(seal?.location ?? '', 'history.json'), 'utf8'));
  expect(executions).toHaveLength(1);
  expect(executions[0].events.at(-1)).toMatchObject({
    eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED',
    workflowExecutionTerminatedEventAttributes: { reason: 'a fault test' },
  });
});
