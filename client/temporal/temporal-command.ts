// Writes what recon does in Temporal's own command line, so that an operator can see it, and do it without recon. Pure.
import type { ReconcileInput } from '../../workflows/contracts.ts';
import { accountDayWorkflowId } from '../../workflows/workflow-ids.ts';
import type { TemporalAccess } from './open-temporal.ts';

type Where = Pick<TemporalAccess, 'address' | 'namespace' | 'taskQueue'>;

export function startCommand(where: Where, input: ReconcileInput): string {
  const attributes = {
    ReconProcessor: input.account.slice(0, input.account.indexOf('/')),
    ReconAccount: input.account,
    ReconDate: input.date,
    ReconTrigger: input.trigger,
  };
  return temporalCommand(where, ['workflow', 'start'], {
    'task-queue': where.taskQueue,
    type: 'reconcileAccountDay',
    'workflow-id': accountDayWorkflowId(input.account, input.date),
    'id-reuse-policy': 'AllowDuplicate',
    'id-conflict-policy': 'UseExisting',
    'search-attribute': Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    input: JSON.stringify(input),
  });
}

export function describeCommand(where: Where, workflowId: string): string {
  return temporalCommand(where, ['workflow', 'describe'], { 'workflow-id': workflowId });
}

function temporalCommand(
  { address, namespace }: Where,
  verb: readonly string[],
  flags: Readonly<Record<string, string | readonly string[]>>,
): string {
  const all = Object.entries({ address, namespace, ...flags });
  const words = all.flatMap(([name, value]) => [value].flat().map((text) => `--${name} ${quoted(text)}`));
  return ['temporal', ...verb, ...words].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
