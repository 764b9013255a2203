// Makes sure that the namespace is there and keeps closed workflows for a month, so that a run can still be looked at when
// its month is reconciled. Idempotent by name. Raises the retention, never lowers it.
import { pollUntil } from '../../local/poll-until.ts';
import { CannotDo } from '../cannot-do.ts';
import type { SetupStep } from '../setup-step.ts';
import { GRPC_STATUS, grpcDetails, hasGrpcStatus } from './grpc-status.ts';
import type { TemporalAccess } from './open-temporal.ts';

const DAY_S = 86_400;
export const RETENTION_DAYS_MIN = 30;
// Servers look for new namespaces about every ten seconds.
const NAMESPACE_SEEN_TIMEOUT_MS = 60_000;
const NAMESPACE_SEEN_EVERY_MS = 250;
const NOT_OURS_TO_CHANGE = [
  GRPC_STATUS.permissionDenied,
  GRPC_STATUS.unimplemented,
  GRPC_STATUS.invalidArgument,
  GRPC_STATUS.failedPrecondition,
] as const;

/** @throws CannotDo where there is no namespace and the server does not let us make one. */
export async function ensureNamespace(access: TemporalAccess): Promise<SetupStep> {
  const { namespace } = access;
  const step = `namespace ${namespace}`;
  const retentionDays = await retentionDaysOf(access);
  if (retentionDays === undefined) {
    await register(access);
    return { step, state: 'changed', detail: `created: closed workflows are kept ${RETENTION_DAYS_MIN} days` };
  }
  const kept = `closed workflows are kept ${days(retentionDays)}`;
  if (retentionDays >= RETENTION_DAYS_MIN) return { step, state: 'unchanged', detail: kept };
  try {
    await access.connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: { seconds: seconds() as never } },
    });
    return {
      step,
      state: 'changed',
      detail: `closed workflows are kept ${RETENTION_DAYS_MIN} days (were ${days(retentionDays)})`,
    };
  } catch (error) {
    if (!hasGrpcStatus(error, ...NOT_OURS_TO_CHANGE)) throw error;
    return {
      step,
      state: 'refused',
      detail: `${kept}; raise it to ${RETENTION_DAYS_MIN} days where the server is administered (it says: ${grpcDetails(error)})`,
    };
  }
}

/** undefined: there is no such namespace. */
export async function retentionDaysOf({ connection, namespace }: TemporalAccess): Promise<number | undefined> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_S;
  } catch (error) {
    if (hasGrpcStatus(error, GRPC_STATUS.notFound)) return undefined;
    throw error;
  }
}

async function register(access: TemporalAccess): Promise<void> {
  const { connection, namespace, client } = access;
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: seconds() as never },
    });
  } catch (error) {
    if (hasGrpcStatus(error, GRPC_STATUS.alreadyExists)) return;
    if (!hasGrpcStatus(error, ...NOT_OURS_TO_CHANGE)) throw error;
    throw new CannotDo(
      `there is no namespace ${namespace}, and the server does not let this login make one (${grpcDetails(error)}): create it where the server is administered, with a retention of ${RETENTION_DAYS_MIN} days`,
      { cause: error },
    );
  }
  await pollUntil({
    what: `Temporal to know its new namespace ${namespace}`,
    timeoutMs: NAMESPACE_SEEN_TIMEOUT_MS,
    intervalMs: NAMESPACE_SEEN_EVERY_MS,
    check: async () => {
      try {
        await client.workflow.count();
        return true;
      } catch (error) {
        if (explainsMissingNamespace(error)) return undefined;
        throw error;
      }
    },
  });
}

function explainsMissingNamespace(error: unknown): boolean {
  return (
    hasGrpcStatus(error, GRPC_STATUS.notFound) || (error instanceof Error && error.name === 'NamespaceNotFoundError')
  );
}

function seconds(): number {
  return RETENTION_DAYS_MIN * DAY_S;
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
