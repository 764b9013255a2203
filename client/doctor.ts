// `recon doctor`: looks at everything recon is connected to, and says of each whether it works and what to do. Changes
// nothing but one probe object in the report store.
import type { Command } from 'commander';
import type { ReconConfig } from '../worker/config.ts';
import { action, type Handler, type Invocation } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { type Check, check, ok } from './doctor/check.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import type { Palette } from './terminal/palette.ts';
import { toned } from './terminal/palette.ts';
import { renderTable } from './terminal/table.ts';

export function registerDoctor(program: Command, io: ClientIo): void {
  program
    .command('doctor')
    .description('check every connection, and say what to do where one does not work')
    .addHelpText(
      'after',
      examples(
        ['doctor', 'when something does not work, and before the first day'],
        ['doctor --json', 'for a script; exit code 3 if anything fails'],
      ),
    )
    .action(action<object>(io, async () => doctor));
}

const doctor: Handler<object> = async (invocation) => {
  const { context, output } = invocation;
  let config: ReconConfig | undefined;
  const configuration = await check('configuration', async () => {
    config = await context.config();
    const zones = new Set(config.accounts.map((account) => account.zone));
    return ok(
      `${context.configPath}: ${config.accounts.map((account) => account.account).join(', ')} in ${[...zones].join(', ')}`,
    );
  });
  const checks = [configuration, ...(config === undefined ? [] : await checksOf(invocation, config))];
  const failed = checks.filter((one) => one.state === 'fail').length;
  output.result({ ok: failed === 0, checks }, () => render(output.palette, checks, failed));
  return failed === 0 ? EXIT.clean : EXIT.failed;
};

async function checksOf({ context, io }: Invocation<object>, config: ReconConfig): Promise<readonly Check[]> {
  const { checkDatabase } = await import('./doctor/check-database.ts');
  const { checkTemporal } = await import('./doctor/check-temporal.ts');
  const { checkAccounts } = await import('./doctor/check-accounts.ts');
  const { checkRulesApproval } = await import('./doctor/check-rules-approval.ts');
  const { checkReports } = await import('./doctor/check-reports.ts');
  const { checkMail } = await import('./doctor/check-mail.ts');
  const { checkCodec } = await import('./doctor/check-codec.ts');
  const { viewKeys } = await import('./codec/view-keys.ts');
  const { placeOf } = await import('../worker/open-database.ts');
  const { planSchedules } = await import('./temporal/schedule-plan.ts');
  const { composeAccounts, fetchTaskQueues } = await import('../worker/compose-accounts.ts');
  const { composeStore } = await import('../worker/compose-outbox.ts');
  const accounts = composeAccounts(config, { nowMs: io.nowMs });
  const found = await Promise.all([
    checkDatabase(context.database, placeOf(config.database.reveal())),
    checkTemporal(context.temporal, {
      plans: planSchedules(config),
      fetchTaskQueues: fetchTaskQueues(accounts, config.temporal.taskQueue),
      nowMs: io.nowMs(),
    }),
    checkAccounts(accounts),
    checkRulesApproval(context.database, accounts),
    checkReports(async () => composeStore(config)),
    checkMail(config.notifications.transport),
    checkCodec(() => viewKeys(context), config.production),
  ]);
  return found.flat();
}

function render(palette: Palette, checks: readonly Check[], failed: number): string {
  const rows = checks.map(({ state, name, detail, next }) => [
    toned(palette, state),
    name,
    next === '' ? detail : `${detail} → ${next}`,
  ]);
  const verdict =
    failed === 0 ? palette.good('Everything works.') : palette.bad(`${failed} of ${checks.length} do not work.`);
  return `${renderTable(palette, [{ title: '' }, { title: 'What' }, { title: 'Found' }], rows)}\n${verdict}`;
}
