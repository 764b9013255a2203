// Fetches the executions of a run's workflow from Temporal: the one that opened the run, and where it was reset, the latest.
// What was deleted there is not an error: the package says that it is gone.
import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { canonicalJson } from '../../domain/rule-set.ts';
import type { SealedRun } from './read-sealed-run.ts';
import { openedRunOf, type ReadableEvent, readableHistory } from './readable-history.ts';

interface Execution {
  readonly workflowId: string;
  readonly temporalRunId: string;
  readonly events: readonly ReadableEvent[];
}

/** Null where Temporal has none of them any more. */
export type ReadHistories = (run: SealedRun) => Promise<readonly Execution[] | null>;

export function temporalHistories(clientOf: () => Client): ReadHistories {
  return async ({ runId, workflowId, temporalRunId }) => {
    const client = clientOf();
    const opened = await readExecution(client, workflowId, temporalRunId);
    const latestId = await latestExecution(client, workflowId);
    const latest =
      latestId === null || latestId === temporalRunId ? null : await readExecution(client, workflowId, latestId);
    const found = [
      ...(opened === null ? [] : [opened]),
      // The latest of the same id may well be another run of the day.
      ...(latest !== null && openedRunOf(latest.events) === String(runId) ? [latest] : []),
    ];
    return found.length === 0 ? null : found;
  };
}

// How long a history can get the server decides: 51,200 events or 50 MB (Temporal docs, "System limits").
async function readExecution(client: Client, workflowId: string, temporalRunId: string): Promise<Execution | null> {
  const history = await orGone<History>(() => client.workflow.getHandle(workflowId, temporalRunId).fetchHistory());
  if (history === null) return null;
  const events = await readableHistory(history, client.workflow.options.loadedDataConverter);
  return { workflowId, temporalRunId, events };
}

async function latestExecution(client: Client, workflowId: string): Promise<string | null> {
  return (await orGone(() => client.workflow.getHandle(workflowId).describe()))?.runId ?? null;
}

// https://grpc.io/docs/guides/status-codes/
const NOT_FOUND = 5;
const CAUSES_MAX = 10;

async function orGone<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < CAUSES_MAX; depth += 1, cause = cause.cause) {
    // A namespace that is not there is a mistake of the configuration, not a history that was deleted.
    if (cause.name === 'NamespaceNotFoundError') return false;
    if (cause.name === 'WorkflowNotFoundError') return true;
    if ('code' in cause && cause.code === NOT_FOUND)
      return !/namespace/i.test('details' in cause ? String(cause.details) : '');
  }
  return false;
}

const FORMAT = 'recon-history/1';

/** A line an event, so that it can be read and searched without tools. */
export function historyText(executions: readonly Execution[]): string {
  const parts = executions.map(({ workflowId, temporalRunId, events }) => {
    const lines = events.map((event) => canonicalJson(event)).join(',\n');
    const names = `"temporalRunId":${canonicalJson(temporalRunId)},"workflowId":${canonicalJson(workflowId)}`;
    return `{"events":[\n${lines}\n],${names}}`;
  });
  return `{"executions":[\n${parts.join(',\n')}\n],"format":${canonicalJson(FORMAT)}}\n`;
}
