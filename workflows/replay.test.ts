// Determinism: the workflows of today must take every recorded history exactly as it was, or runs that are under way when
// they are deployed would stop. Without a server. Recorded anew by scripts/record-histories.ts.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { BUNDLE_FOLDER } from '../faults/bundle-folder.ts';
import { workflowBundle } from '../worker/run-worker.ts';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
const SITUATIONS = ['cancelled-day', 'clean-day', 'daily-tick-of-two-days', 'failed-day', 'paused-backfill'];

let code = '';
beforeAll(async () => {
  // The violations that are provoked below need no telling twice.
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter } } });
  code = await readFile(await workflowBundle(BUNDLE_FOLDER), 'utf8');
});

async function replay(situation: string, workflows: string): Promise<void> {
  const history = JSON.parse(await readFile(`${FOLDER}${situation}.json`, 'utf8'));
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  await Worker.runReplayHistory({ workflowBundle: { code: workflows } }, history, workflowId);
}

test('every recorded situation is replayed here', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(SITUATIONS.map((situation) => `${situation}.json`));
});

test.each(SITUATIONS)('the workflows of today replay a %s', (situation) => replay(situation, code));

test.each([
  ['clean-day', '.decideRun(', '.judgeRun('],
  ['failed-day', '.failRun(', '.recordFailure('],
  ['daily-tick-of-two-days', '`reconcile/', '`day/'],
  ['paused-backfill', "defineSignal)('resume')", "defineSignal)('continue')"],
])('a %s does not replay on workflows that say %s in another way', async (situation, said, otherwise) => {
  expect(code).toContain(said);
  await expect(replay(situation, code.replaceAll(said, otherwise))).rejects.toThrow(DeterminismViolationError);
});
