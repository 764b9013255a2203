// `recon retry RUN`: does what the state of the run asks for, and shows the same in Temporal's own words.
import type { Command } from 'commander';
import { PRODUCTION_POLICY } from '../workflows/contracts.ts';
import { accountDayWorkflowId } from '../workflows/workflow-ids.ts';
import { action, type Handler } from './action.ts';
import { accountNamed } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import { decideRetry } from './decide-retry.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { reasonOption } from './option-parsers.ts';
import { parseRunReference } from './run-reference.ts';
import { describeCommand, startCommand } from './temporal/temporal-command.ts';
import { workflowLink } from './temporal/workflow-link.ts';

interface RetryOptions {
  readonly reason?: string;
  readonly wait: boolean;
}

export function registerRetry(program: Command, io: ClientIo): void {
  program
    .command('retry')
    .description('run a failed, cancelled or inconclusive day again, and wait for it; all work that was kept is used')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .option('--reason <text>', 'kept with the run', reasonOption)
    .option('--no-wait', 'start it and return')
    .addHelpText(
      'after',
      examples(
        ['retry stripe/us/2026-01-31', 'the latest run of that day'],
        ['retry stripe/us/2026-01-31#2 --no-wait', 'only if run 2 is the latest'],
      ),
    )
    .action(action<RetryOptions>(io, async () => retry));
}

const retry: Handler<RetryOptions> = async (invocation) => {
  const { context, operands, options, output } = invocation;
  const reference = parseRunReference(operands[0] ?? '');
  accountNamed(await context.config(), reference.account);
  const { readRunsOfDay } = await import('./database/read-runs.ts');
  const { workflowStatus } = await import('./temporal/workflow-status.ts');
  const [database, access] = await Promise.all([context.database(), context.temporal()]);
  const { account, date } = reference;
  const workflowId = accountDayWorkflowId(account, date);
  const workflow = await workflowStatus(access, workflowId);
  const { action: decision, why } = decideRetry(reference, await readRunsOfDay(database, reference), workflow?.status);
  if (decision === 'none') {
    const command = describeCommand(access, workflowId);
    const link = workflowLink(access, workflowId);
    output.result({ action: 'none', why, workflowId, command, link }, () =>
      [why, ...(link === null ? [] : [link]), command].join('\n'),
    );
    return EXIT.clean;
  }
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  const command = startCommand(access, { account, date, trigger: 'retry', policy: PRODUCTION_POLICY, ...reason });
  output.note(why);
  output.note(`Starting ${workflowId} again; in Temporal’s own words:\n  ${command}`);
  const { runDays } = await import('./run-days.ts');
  return runDays(invocation, [{ account, date }], {
    trigger: 'retry',
    reason: options.reason,
    wait: options.wait,
    alsoSay: { action: 'start', why, command },
  });
};
