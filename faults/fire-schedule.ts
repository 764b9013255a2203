// Lets the real schedule of a zone tick for days gone by, as an operator would: `temporal schedule backfill`.
import { ScheduleOverlapPolicy, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { applySchedule } from '../client/temporal/apply-schedule.ts';
import { planSchedules } from '../client/temporal/schedule-plan.ts';
import type { dailyReconciliation } from '../workflows/daily-reconciliation.ts';
import type { Company } from './company.ts';
import { until } from './observe.ts';
import type { TestServers } from './test-servers.ts';

export type Tick = WorkflowHandle<typeof dailyReconciliation>;

/**
 * Ticks at 04:00 in the companies' zone, from and to included.
 * @returns what finds the tick of a nominal time; it starts when the one before it has ended.
 */
export async function fireSchedule(
  { access }: TestServers,
  companies: readonly Company[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<(nominalTime: string) => Promise<Tick>> {
  const [plan, ...others] = planSchedules({ accounts: companies.flatMap(({ config }) => config.accounts) });
  if (plan === undefined || others.length > 0) throw new RangeError('the companies are not in one zone');
  const { client, taskQueue } = access;
  await applySchedule(client, plan, taskQueue);
  const schedule = client.schedule.getHandle(plan.scheduleId);
  // So that the clock on the wall adds no tick of its own.
  await schedule.pause('ticks by backfill only');
  await schedule.backfill({
    start: new Date(from),
    end: new Date(to),
    overlap: ScheduleOverlapPolicy.BUFFER_ALL,
  });
  return (nominalTime) => started(client.workflow.getHandle(`${plan.scheduleId}-${nominalTime}`));
}

function started(tick: Tick): Promise<Tick> {
  return until(`${tick.workflowId} to start`, async () => {
    try {
      await tick.describe();
      return tick;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  });
}
