// The temporal command as an operator types it, against the server of the tests.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';
import type { DayHandle } from './fault-case.ts';
import type { TestServers } from './test-servers.ts';

const TIMEOUT_MS = 20_000;
const HISTORY_BYTES_MAX = 16 * 1024 * 1024;

/** `temporal workflow reset` to just before the step was scheduled the first time; answers with the new execution. */
export async function resetBefore(servers: TestServers, handle: DayHandle, step: string): Promise<DayHandle> {
  const { events } = await handle.fetchHistory();
  const scheduled = (events ?? []).find(
    ({ activityTaskScheduledEventAttributes: event }) => event?.activityType?.name === step,
  );
  const eventId = scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  if (eventId === undefined || eventId === null) throw new RangeError(`${handle.workflowId} never came to ${step}`);
  return reset(servers, handle, '--event-id', String(eventId));
}

/** `temporal workflow reset` to the very beginning. */
export function resetToFirst(servers: TestServers, handle: DayHandle): Promise<DayHandle> {
  return reset(servers, handle, '--type', 'FirstWorkflowTask');
}

/** `temporal workflow show`, with what else is to be said, as JSON. */
export async function showHistory(
  { temporal }: TestServers,
  { workflowId }: DayHandle,
  more: readonly string[],
): Promise<string> {
  const where = ['--address', temporal.address, '--namespace', temporal.namespace];
  const { stdout } = await promisify(execFile)(
    temporal.binary ?? 'temporal',
    ['workflow', 'show', ...where, '--workflow-id', workflowId, ...more, '--output', 'json'],
    { env: bareEnvironment(hostEnvironment()), timeout: TIMEOUT_MS, maxBuffer: HISTORY_BYTES_MAX },
  );
  return stdout;
}

async function reset({ temporal }: TestServers, handle: DayHandle, ...to: string[]): Promise<DayHandle> {
  const { workflowId, client } = handle;
  const where = ['--address', temporal.address, '--namespace', temporal.namespace];
  const what = ['--workflow-id', workflowId, '--reason', 'a fault test', ...to];
  const { stdout } = await promisify(execFile)(
    temporal.binary ?? 'temporal',
    ['workflow', 'reset', ...where, ...what, '--output', 'json'],
    { env: bareEnvironment(hostEnvironment()), timeout: TIMEOUT_MS },
  );
  const { runId } = JSON.parse(stdout) as { runId?: string };
  if (runId === undefined) throw new SyntaxError(`temporal workflow reset answered ${stdout}`);
  return client.getHandle(workflowId, runId);
}
