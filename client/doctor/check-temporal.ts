// Does Temporal answer, does it know our namespace and attributes, do the schedules tick, does anybody poll?
import { plural, timeWords } from '../../activities/report/run-words.ts';
import { TYPED_AS } from '../help-examples.ts';
import { RETENTION_DAYS_MIN, retentionDaysOf } from '../temporal/ensure-namespace.ts';
import { searchAttributeState } from '../temporal/ensure-search-attributes.ts';
import type { TemporalAccess } from '../temporal/open-temporal.ts';
import { isServed, pollersOf } from '../temporal/pollers.ts';
import type { SchedulePlan } from '../temporal/schedule-plan.ts';
import { viewSchedule } from '../temporal/schedule-view.ts';
import { type Check, check, type Finding, fail, note, ok } from './check.ts';

const SETUP = `${TYPED_AS} setup`;

export interface TemporalWanted {
  readonly plans: readonly SchedulePlan[];
  readonly fetchTaskQueues: readonly string[];
  readonly nowMs: number;
}

export async function checkTemporal(
  open: () => Promise<TemporalAccess>,
  { plans, fetchTaskQueues, nowMs }: TemporalWanted,
): Promise<readonly Check[]> {
  const connection = await check('temporal', async () => ok(`answers at ${(await open()).address}`));
  if (connection.state === 'fail') return [connection];
  const access = await open();
  const namespace = await check(`namespace ${access.namespace}`, () => namespaceOf(access));
  if (namespace.state === 'fail') return [connection, namespace];
  return [
    connection,
    namespace,
    await check('search attributes', () => attributesOf(access)),
    ...(await Promise.all(plans.map((plan) => check(`schedule ${plan.scheduleId}`, () => scheduleOf(access, plan))))),
    ...(await Promise.all(
      [access.taskQueue, ...fetchTaskQueues].map((queue) =>
        check(`workers ${queue}`, () => workersOf(access, queue, nowMs)),
      ),
    )),
  ];
}

async function namespaceOf(access: TemporalAccess): Promise<Finding> {
  const days = await retentionDaysOf(access);
  if (days === undefined) return fail('does not exist', SETUP);
  const kept = `closed workflows are kept ${plural(days, 'day')}`;
  return days >= RETENTION_DAYS_MIN
    ? ok(kept)
    : note(kept, `${SETUP} raises it to ${RETENTION_DAYS_MIN}, where the server lets it`);
}

async function attributesOf(access: TemporalAccess): Promise<Finding> {
  const { missing, mistyped } = await searchAttributeState(access);
  if (mistyped.length > 0)
    return fail(`${mistyped.join(', ')} have another type`, 'use a namespace of its own for recon');
  return missing.length === 0 ? ok('are known') : fail(`${missing.join(', ')} are not known`, SETUP);
}

async function scheduleOf(access: TemporalAccess, plan: SchedulePlan): Promise<Finding> {
  const view = await viewSchedule(access.client, plan, access.taskQueue);
  if (view.state === 'missing') return fail('does not exist', SETUP);
  if (view.drift.length > 0) return fail(`was changed by hand: ${view.drift.join('; ')}`, `${TYPED_AS} schedule apply`);
  if (view.state === 'paused')
    return note(`is paused${view.note === null ? '' : `: ${view.note}`}`, `${TYPED_AS} schedule resume`);
  return ok(view.nextAtMs === null ? 'is active' : `next at ${timeWords(view.nextAtMs, view.zone)} (${view.zone})`);
}

async function workersOf(access: TemporalAccess, taskQueue: string, nowMs: number): Promise<Finding> {
  const pollers = await pollersOf(access, taskQueue, nowMs);
  if (isServed(pollers, access.taskQueue)) return ok(plural(pollers.activity, 'worker'));
  return fail('nobody polls: nothing would run', 'start a worker: npm run worker');
}
