// `recon schedule show|apply|pause|resume|trigger`: the daily alarm clock of each time zone.
import { type Command, Option } from 'commander';
import { timeWords } from '../activities/report/run-words.ts';
import { action, type Handler, type Invocation } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples, TYPED_AS } from './help-examples.ts';
import { collectOption, reasonOption } from './option-parsers.ts';
import { presentSteps } from './setup-step.ts';
import type { SchedulePlan } from './temporal/schedule-plan.ts';
import type { ScheduleView } from './temporal/schedule-view.ts';
import { toned } from './terminal/palette.ts';
import { renderTable } from './terminal/table.ts';
import { UsageError } from './usage-error.ts';

interface ZoneOptions {
  readonly zone?: readonly string[];
}

interface PauseOptions extends ZoneOptions {
  readonly reason?: string;
}

export function registerSchedule(program: Command, io: ClientIo): void {
  const schedule = program
    .command('schedule')
    .description('the daily schedule of each time zone: show, apply, pause, resume, trigger');
  const zone = () => new Option('--zone <zone>', 'only this time zone; may be repeated').argParser(collectOption);
  schedule
    .command('show')
    .description('when each zone runs next, what it did last, and whether it is paused')
    .addOption(zone())
    .addHelpText('after', examples(['schedule show', 'all zones of the configuration']))
    .action(action<ZoneOptions>(io, async () => show));
  schedule
    .command('apply')
    .description('create what is missing and correct what was changed; safe to repeat')
    .addOption(zone())
    .addHelpText('after', examples(['schedule apply', 'after a change of accounts or zones']))
    .action(action<ZoneOptions>(io, async () => apply));
  schedule
    .command('pause')
    .description('stop ticking until resumed; what runs goes on')
    .addOption(zone())
    .option('--reason <text>', 'why, for whoever finds it paused', reasonOption)
    .addHelpText('after', examples(['schedule pause --zone America/New_York --reason "database upgrade"', 'one zone']))
    .action(action<PauseOptions>(io, async () => switchTo('paused')));
  schedule
    .command('resume')
    .description('tick again; the days missed meanwhile are due and run with the next tick')
    .addOption(zone())
    .addHelpText('after', examples(['schedule resume', 'all zones']))
    .action(action<PauseOptions>(io, async () => switchTo('active')));
  schedule
    .command('trigger')
    .description('tick now: run every day that is due; behind the tick that runs, if one does')
    .addOption(zone())
    .addHelpText('after', examples(['schedule trigger --zone UTC', 'do not wait for 04:00']))
    .action(action<ZoneOptions>(io, async () => trigger));
}

async function plansOf({ context, options }: Invocation<ZoneOptions>): Promise<readonly SchedulePlan[]> {
  const { planSchedules } = await import('./temporal/schedule-plan.ts');
  const plans = planSchedules(await context.config());
  const unknown = (options.zone ?? []).filter((zone) => !plans.some((plan) => plan.zone === zone));
  if (unknown.length > 0) {
    throw new UsageError(
      `no account is in ${unknown.join(', ')}; the zones of the configuration are: ${plans.map((plan) => plan.zone).join(', ')}`,
    );
  }
  return options.zone === undefined ? plans : plans.filter((plan) => options.zone?.includes(plan.zone));
}

const show: Handler<ZoneOptions> = async (invocation) => {
  const { context, options, output } = invocation;
  const { strayScheduleIds, strayWords, viewSchedule } = await import('./temporal/schedule-view.ts');
  const plans = await plansOf(invocation);
  const { client, taskQueue } = await context.temporal();
  const views = await Promise.all(plans.map((plan) => viewSchedule(client, plan, taskQueue)));
  const stray = options.zone === undefined ? await strayScheduleIds(client, plans) : [];
  output.result({ schedules: views.map(onTheWire), stray }, () => {
    const rows = views.map((view) => [
      view.scheduleId,
      toned(output.palette, view.state),
      view.nextAtMs === null || view.state !== 'active' ? '–' : timeWords(view.nextAtMs, view.zone),
      view.lastTakenAtMs === null ? 'never' : timeWords(view.lastTakenAtMs, view.zone),
      view.zone,
      view.accounts.join(', '),
    ]);
    const titles = ['Schedule', 'State', 'Next', 'Last', 'Zone', 'Accounts'].map((title) => ({ title }));
    return [renderTable(output.palette, titles, rows), ...views.flatMap(remarks), ...stray.map(strayWords)].join('\n');
  });
  return EXIT.clean;
};

function onTheWire({ nextAtMs, lastTakenAtMs, ...view }: ScheduleView): object {
  const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { ...view, nextAt: instant(nextAtMs), lastTakenAt: instant(lastTakenAtMs) };
}

function remarks(view: ScheduleView): string[] {
  const { scheduleId } = view;
  return [
    ...(view.state === 'missing' ? [`${scheduleId} does not exist: ${TYPED_AS} schedule apply`] : []),
    ...(view.note === null ? [] : [`${scheduleId} is paused: ${view.note}`]),
    ...(view.drift.length === 0
      ? []
      : [`${scheduleId} was changed by hand (${view.drift.join('; ')}): ${TYPED_AS} schedule apply`]),
    ...(view.missedCount === 0
      ? []
      : [`${scheduleId} has missed ${view.missedCount} ticks in outages: ${TYPED_AS} status shows which days are due`]),
  ];
}

const apply: Handler<ZoneOptions> = async (invocation) => {
  const { applySchedule } = await import('./temporal/apply-schedule.ts');
  const plans = await plansOf(invocation);
  const { client, taskQueue } = await invocation.context.temporal();
  const steps = [];
  for (const plan of plans) steps.push(await applySchedule(client, plan, taskQueue));
  presentSteps(invocation.output, steps, 'Everything was right already.');
  return EXIT.clean;
};

function switchTo(wanted: 'paused' | 'active'): Handler<PauseOptions> {
  return async (invocation): Promise<ExitCode> => {
    const { client } = await invocation.context.temporal();
    const steps = [];
    for (const view of await existing(invocation)) {
      const step = `schedule ${view.scheduleId}`;
      if (view.state === wanted) {
        steps.push({
          step,
          state: 'unchanged' as const,
          detail: `is ${wanted} already${view.note === null ? '' : `: ${view.note}`}`,
        });
        continue;
      }
      const handle = client.schedule.getHandle(view.scheduleId);
      const { reason = 'no reason given' } = invocation.options;
      if (wanted === 'paused') await handle.pause(`recon schedule pause: ${reason}`);
      else await handle.unpause('recon schedule resume');
      steps.push({
        step,
        state: 'changed' as const,
        detail: wanted === 'paused' ? `paused: ${reason}` : 'ticks again',
      });
    }
    presentSteps(invocation.output, steps, 'Nothing had to be changed.');
    return EXIT.clean;
  };
}

/** @throws CannotDo where a schedule does not exist. */
async function existing(invocation: Invocation<ZoneOptions>): Promise<ScheduleView[]> {
  const { viewSchedule } = await import('./temporal/schedule-view.ts');
  const plans = await plansOf(invocation);
  const { client, taskQueue } = await invocation.context.temporal();
  const views = await Promise.all(plans.map((plan) => viewSchedule(client, plan, taskQueue)));
  const missing = views.filter((view) => view.state === 'missing').map((view) => view.scheduleId);
  if (missing.length > 0) throw new CannotDo(`${missing.join(', ')} does not exist yet: ${TYPED_AS} setup`);
  return views;
}

const trigger: Handler<ZoneOptions> = async (invocation) => {
  const { output } = invocation;
  const { triggerSchedule } = await import('./temporal/trigger-schedule.ts');
  const views = await existing(invocation);
  const { client } = await invocation.context.temporal();
  const triggered: Array<{ scheduleId: string; zone: string; workflowId: string | null }> = [];
  for (const { scheduleId, zone } of views) {
    triggered.push({ scheduleId, zone, workflowId: await triggerSchedule(client, scheduleId) });
  }
  output.result({ triggered }, () =>
    triggered
      .map(({ scheduleId, workflowId }) =>
        workflowId === null
          ? `${scheduleId} waits behind the tick that is running`
          : `${scheduleId} started ${workflowId}; ${TYPED_AS} status shows how it goes`,
      )
      .join('\n'),
  );
  return EXIT.clean;
};
