// `recon setup`: makes the database, the Temporal namespace, its search attributes and the schedules what this version
// needs. Idempotent; says of each what it changed and what was right already.
import type { Command } from 'commander';
import { Secret } from '../worker/secret.ts';
import { action, type Invocation } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { presentSteps, type SetupStep } from './setup-step.ts';
import { UsageError } from './usage-error.ts';

interface SetupOptions {
  readonly migrateWith?: string;
}

export function registerSetup(program: Command, io: ClientIo): void {
  program
    .command('setup')
    .description('prepare the database, the Temporal namespace, search attributes and schedules; safe to repeat')
    .option(
      '--migrate-with <variable>',
      'environment variable with a database login that may create roles and tables (default: the configured login)',
    )
    .addHelpText(
      'after',
      examples(
        ['setup', 'the first time, after an upgrade, and after a change of accounts or zones'],
        [
          'setup --migrate-with OWNER_DATABASE_URL',
          'where the configured login is the worker’s, as it should be in production',
        ],
      ),
    )
    .action(action<SetupOptions>(io, async () => setUp));
}

async function setUp(invocation: Invocation<SetupOptions>): Promise<ExitCode> {
  const steps: SetupStep[] = [];
  try {
    for await (const step of stepsOf(invocation)) steps.push(step);
  } catch (error) {
    // What was done stays done; the error says what was not.
    for (const step of steps) invocation.output.note(`${step.state}: ${step.step}: ${step.detail}`);
    throw error;
  }
  presentSteps(invocation.output, steps, 'Everything was right already.');
  await noteStraySchedules(invocation);
  return EXIT.clean;
}

async function noteStraySchedules({ context, output }: Invocation<SetupOptions>): Promise<void> {
  const { strayScheduleIds, strayWords } = await import('./temporal/schedule-view.ts');
  const { planSchedules } = await import('./temporal/schedule-plan.ts');
  const { client } = await context.temporal();
  for (const scheduleId of await strayScheduleIds(client, planSchedules(await context.config()))) {
    output.note(strayWords(scheduleId));
  }
}

async function* stepsOf({ context, options, io }: Invocation<SetupOptions>): AsyncGenerator<SetupStep> {
  const { ensureSchema } = await import('./database/ensure-schema.ts');
  const { ensureNamespace } = await import('./temporal/ensure-namespace.ts');
  const { ensureSearchAttributes } = await import('./temporal/ensure-search-attributes.ts');
  const { applySchedule } = await import('./temporal/apply-schedule.ts');
  const { planSchedules } = await import('./temporal/schedule-plan.ts');
  const { applyHousekeeping } = await import('./setup-housekeeping.ts');
  const config = await context.config();
  const plans = planSchedules(config);
  yield ensureSchema(ownerLoginOf(options.migrateWith, io) ?? config.database);
  const access = await context.temporal();
  yield ensureNamespace(access);
  yield ensureSearchAttributes(access);
  for (const plan of plans) yield applySchedule(access.client, plan, access.taskQueue);
  yield applyHousekeeping(access.client, access.taskQueue);
}

function ownerLoginOf(variable: string | undefined, io: ClientIo): Secret | undefined {
  if (variable === undefined) return undefined;
  const url = io.environment[variable];
  if (url === undefined || url === '') throw new UsageError(`the environment variable ${variable} is not set`);
  return new Secret(url);
}
