// The schedule's tick of one zone: plan every day that is due, run accounts side by side and an account's days oldest
// first, let each fail alone, and end failed if any did, so that the list in the UI turns red.
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import { CancellationScope, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { activityOptions } from './activity-options.ts';
import type { AccountDay, Activities, DailyInput } from './contracts.ts';
import { isStillDue, runAccountDay } from './run-account-day.ts';

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

export async function dailyReconciliation(input: DailyInput): Promise<{ done: number }> {
  const nominalTime = input.nominalTime ?? workflowInfo().typedSearchAttributes.get(SCHEDULED_START)?.toISOString();
  if (nominalTime === undefined) {
    throw ApplicationFailure.nonRetryable(
      'started neither by a schedule nor with a nominal time',
      'MissingNominalTime',
    );
  }
  const { planDue } = proxyActivities<Activities>(activityOptions('record', input.policy));
  const due = await planDue({ nominalTime, zone: input.zone });
  const failed: AccountDay[] = [];
  let done = 0;
  const byAccount = Map.groupBy(due, (day) => day.account);
  await Promise.all(
    [...byAccount.values()].map(async (days) => {
      for (const day of days) {
        try {
          if (await isStillDue(day, input.policy)) {
            await runAccountDay({ ...day, trigger: 'schedule', policy: input.policy });
          }
          done += 1;
        } catch (error) {
          // A day that somebody cancelled failed alone; only our own cancellation ends the others' turn.
          if (CancellationScope.current().consideredCancelled) throw error;
          failed.push(day);
        }
        setCurrentDetails(`${input.zone}: ${done} of ${due.length} account-days done, ${failed.length} failed`);
      }
    }),
  );
  if (failed.length === 0) return { done };
  const names = failed.map((day) => `${day.account} ${day.date}`).join(', ');
  throw ApplicationFailure.nonRetryable(
    `${failed.length} of ${due.length} account-days failed: ${names}`,
    'PartialRun',
  );
}
