// Starts the workflow of an account-day under its business id, or joins the one that runs under it already.
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { ReconcileInput, RunResult } from '../../workflows/contracts.ts';
import { RECON_ACCOUNT, RECON_DATE, RECON_PROCESSOR, RECON_TRIGGER } from '../../workflows/search-attributes.ts';
import { accountDayWorkflowId } from '../../workflows/workflow-ids.ts';
import type { TemporalAccess } from './open-temporal.ts';
import { workflowStatus } from './workflow-status.ts';

export interface StartedDay {
  readonly account: string;
  readonly date: string;
  readonly workflowId: string;
  readonly temporalRunId: string;
  /** It was running before we asked. */
  readonly joined: boolean;
  readonly handle: WorkflowHandleWithFirstExecutionRunId<ReconcileWorkflow>;
}

export type ReconcileWorkflow = (input: ReconcileInput) => Promise<RunResult>;

export async function startAccountDay(access: TemporalAccess, input: ReconcileInput): Promise<StartedDay> {
  const { account, date } = input;
  const workflowId = accountDayWorkflowId(account, date);
  const before = await workflowStatus(access, workflowId);
  const handle = await access.client.workflow.start<ReconcileWorkflow>('reconcileAccountDay', {
    args: [input],
    taskQueue: access.taskQueue,
    workflowId,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${account} ${date}`,
    typedSearchAttributes: [
      { key: RECON_PROCESSOR, value: account.slice(0, account.indexOf('/')) },
      { key: RECON_ACCOUNT, value: account },
      { key: RECON_DATE, value: date },
      { key: RECON_TRIGGER, value: input.trigger },
    ],
  });
  const temporalRunId = handle.firstExecutionRunId;
  const joined = before?.status === 'RUNNING' && before.firstRunId === temporalRunId;
  return { account, date, workflowId, temporalRunId, joined, handle };
}
