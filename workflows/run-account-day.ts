// Starts the workflow of an account-day as a child that outlives its parent, or waits for the one that is under way.
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy, proxyActivities } from '@temporalio/workflow';
import { activityOptions } from './activity-options.ts';
import type { AccountDay, Activities, Policy, ReconcileInput } from './contracts.ts';
import { RECON_ACCOUNT, RECON_DATE, RECON_PROCESSOR, RECON_TRIGGER } from './search-attributes.ts';
import { accountDayWorkflowId } from './workflow-ids.ts';

export async function runAccountDay(input: ReconcileInput): Promise<void> {
  try {
    await executeChild('reconcileAccountDay', {
      args: [input],
      workflowId: accountDayWorkflowId(input.account, input.date),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      // A cancelled parent stops starting days; the day under way finishes on its own.
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      staticSummary: `${input.account} ${input.date}`,
      typedSearchAttributes: [
        { key: RECON_PROCESSOR, value: input.account.slice(0, input.account.indexOf('/')) },
        { key: RECON_ACCOUNT, value: input.account },
        { key: RECON_DATE, value: input.date },
        { key: RECON_TRIGGER, value: input.trigger },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { awaitRun } = proxyActivities<Activities>(activityOptions('await', input.policy));
    const { status } = await awaitRun({ account: input.account, date: input.date });
    if (status === 'completed') return;
    throw ApplicationFailure.nonRetryable(`the run of ${input.account} ${input.date} under way ${status}`, 'DayFailed');
  }
}

/** False where somebody else has done the day since it was planned. */
export async function isStillDue({ account, date }: AccountDay, policy: Policy): Promise<boolean> {
  const { planBackfill } = proxyActivities<Activities>(activityOptions('record', policy));
  return (await planBackfill({ account, from: date, to: date, force: false })).length > 0;
}
