// `recon watchdog`: looks, from outside Temporal, at what nobody inside it would notice, and tells people itself. For cron or a
// scheduled task, every ten minutes. Closes runs whose workflow is gone; changes nothing else but what it remembers to have told.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { type Palette, toned } from './terminal/palette.ts';
import { renderTable } from './terminal/table.ts';
import type { Finding } from './watchdog/finding.ts';
import type { AlarmSent } from './watchdog/send-alarm.ts';

interface WatchdogOptions {
  readonly alarm: boolean;
}

export function registerWatchdog(program: Command, io: ClientIo): void {
  program
    .command('watchdog')
    .description('look from outside at late days, dead runs, schedules, workers and the outbox, and alarm')
    .option('--no-alarm', 'only say what is found: tell nobody, close nothing')
    .addHelpText(
      'after',
      examples(
        ['watchdog', 'every ten minutes, by cron or a scheduled task'],
        ['watchdog --json', 'for a monitor; exit code 1 if anything is wrong, 3 if something cannot be looked at'],
      ),
    )
    .action(action<WatchdogOptions>(io, async () => watchdog));
}

// A monitor that waits for this line learns of a watchdog that could not look, could not tell, or did not start.
const LOOKED = 'watchdog looked at everything';

const NOBODY: AlarmSent = { told: [], quiet: [], failed: [] };

const watchdog: Handler<WatchdogOptions> = async ({ context, io, options, output }) => {
  const { composeAnchors } = await import('../worker/compose-anchors.ts');
  const { lookAtEverything } = await import('./watchdog/look.ts');
  const config = await context.config();
  const findings = await lookAtEverything({
    context,
    config,
    nowMs: io.nowMs(),
    repair: options.alarm,
    anchors: composeAnchors(config, io.nowMs),
  });
  const sent = options.alarm && findings.length > 0 ? await alarm(context, findings, io.nowMs()) : NOBODY;
  output.result({ ok: findings.length === 0, findings, alarm: sent }, () => render(output.palette, findings, sent));
  const code = exitCodeFor(findings, sent);
  if (output.json && code !== EXIT.failed) output.note(LOOKED);
  return code;
};

/** What is not known outweighs what is known; an alarm that reached nobody is as bad. */
function exitCodeFor(findings: readonly Finding[], { told, quiet, failed }: AlarmSent): ExitCode {
  const unheard = failed.length > 0 && told.length + quiet.length === 0;
  if (unheard || findings.some(({ cause }) => cause === 'cannot_look')) return EXIT.failed;
  return findings.length === 0 ? EXIT.clean : EXIT.differences;
}

async function alarm(context: Context, findings: readonly Finding[], nowMs: number): Promise<AlarmSent> {
  const { composeTransport } = await import('../worker/compose-outbox.ts');
  const { composeHooks } = await import('../worker/compose-hooks.ts');
  const { composeAlarm, gravest, troubleOf } = await import('./watchdog/compose-alarm.ts');
  const { sendAlarm } = await import('./watchdog/send-alarm.ts');
  const config = await context.config();
  const { routes, from } = config.notifications;
  const transport = composeTransport(config);
  try {
    const hooks = composeHooks(config, () => nowMs);
    const database = await usable(context);
    const deps = { database, transport, hooks, routes, from, nowMs };
    const said = { trouble: troubleOf(findings), severity: gravest(findings), notice: composeAlarm(findings) };
    return await sendAlarm(deps, said);
  } finally {
    await transport.close();
  }
}

/** null where nothing can be remembered: out of reach, or without the tables of this version. */
async function usable(context: Context) {
  const { sql } = await import('slonik');
  try {
    const database = await context.database();
    await database.query(sql.unsafe`select said from notifications limit 0`);
    return database;
  } catch {
    // It stands among the findings already, and the alarm has to leave without it.
    return null;
  }
}

function render(palette: Palette, findings: readonly Finding[], { told, quiet, failed }: AlarmSent): string {
  if (findings.length === 0) return 'Nothing is wrong.';
  const rows = findings.map(({ severity, about, detail, next }) => [toned(palette, severity), about, detail, next]);
  const titles = ['Severity', 'What', 'Found', 'Next'].map((title) => ({ title }));
  return [
    renderTable(palette, titles, rows),
    ...(told.length === 0 ? [] : [`Told: ${told.join('; ')}`]),
    ...(quiet.length === 0 ? [] : [`Told before, and quiet for now: ${quiet.join('; ')}`]),
    ...failed.map((line) => `Not reached: ${line}`),
  ].join('\n');
}
