// Starts, finds and asks backfills: one workflow per account, under an id that names its range.
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import type { BackfillInput, BackfillProgress } from '../../workflows/contracts.ts';
import { RECON_ACCOUNT, RECON_PROCESSOR, RECON_TRIGGER } from '../../workflows/search-attributes.ts';
import { backfillWorkflowId } from '../../workflows/workflow-ids.ts';
import { CannotDo } from '../cannot-do.ts';
import { TYPED_AS } from '../help-examples.ts';
import type { TemporalAccess } from './open-temporal.ts';

export type BackfillWorkflow = (input: BackfillInput) => Promise<BackfillProgress>;

/** @throws CannotDo where the same range of the account is being filled already. */
export async function startBackfill(
  access: TemporalAccess,
  input: BackfillInput,
): Promise<WorkflowHandleWithFirstExecutionRunId<BackfillWorkflow>> {
  const { account, from, to } = input;
  try {
    return await access.client.workflow.start<BackfillWorkflow>('backfill', {
      args: [input],
      taskQueue: access.taskQueue,
      workflowId: backfillWorkflowId(account, from, to),
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${account} ${from}..${to}`,
      typedSearchAttributes: [
        { key: RECON_PROCESSOR, value: account.slice(0, account.indexOf('/')) },
        { key: RECON_ACCOUNT, value: account },
        { key: RECON_TRIGGER, value: 'backfill' },
      ],
    });
  } catch (cause) {
    if (!(cause instanceof WorkflowExecutionAlreadyStartedError)) throw cause;
    throw new CannotDo(
      `${account} ${from}..${to} is being backfilled already: ${TYPED_AS} backfill progress shows how far it is, backfill cancel ends it`,
      { cause },
    );
  }
}

export interface RunningBackfill {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly workflowId: string;
  readonly handle: WorkflowHandle<BackfillWorkflow>;
}

const ID = /^backfill\/(?<account>.+)\/(?<from>\d{4}-\d{2}-\d{2})\.\.(?<to>\d{4}-\d{2}-\d{2})$/;
const RUNNING_MAX = 500;

/** @throws CannotDo where there are more than anybody started on purpose. */
export async function runningBackfills({ client }: TemporalAccess): Promise<readonly RunningBackfill[]> {
  const found: RunningBackfill[] = [];
  const query = 'WorkflowType = "backfill" AND ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) {
    const { account, from, to } = ID.exec(workflowId)?.groups ?? {};
    if (account === undefined || from === undefined || to === undefined) continue;
    if (found.length >= RUNNING_MAX)
      throw new CannotDo(`more than ${RUNNING_MAX} backfills run: name one with --account`);
    found.push({ account, from, to, workflowId, handle: client.workflow.getHandle(workflowId) });
  }
  return found.sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
}

const ANSWER_TIMEOUT_MS = 5_000;

/** undefined where no worker answers in time. */
export async function askProgress(
  { connection }: TemporalAccess,
  handle: Pick<WorkflowHandle, 'query'>,
): Promise<BackfillProgress | undefined> {
  try {
    return await connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      handle.query<BackfillProgress>('progress'),
    );
  } catch {
    // No worker is there, or none has begun: both mean that there is nothing to show yet.
    return undefined;
  }
}
