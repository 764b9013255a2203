// `recon reports open RUN`: where a run's report is, and on a terminal, open it.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT } from './exit-codes.ts';
import { examples, TYPED_AS } from './help-examples.ts';
import { parseRunReference } from './run-reference.ts';
import { runReferenceOf } from './run-view.ts';

interface OpenOptions {
  readonly open: boolean;
}

export function registerReports(program: Command, io: ClientIo): void {
  program
    .command('reports')
    .description('the reports of runs: open')
    .command('open')
    .description('say where the report of a run is; on a terminal, open it')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .option('--no-open', 'only say where it is')
    .addHelpText(
      'after',
      examples(
        ['reports open stripe/us/2026-01-31', 'the latest run of that day'],
        ['reports open stripe/us/2026-01-31#1 --json', 'where each of its files is'],
      ),
    )
    .action(action<OpenOptions>(io, async () => open));
}

const open: Handler<OpenOptions> = async ({ context, io, operands, options, output }) => {
  const reference = parseRunReference(operands[0] ?? '');
  const config = await context.config();
  const { findRun } = await import('./find-run.ts');
  const { reportLocations } = await import('./report-location.ts');
  const { openWithPlatform } = await import('./terminal/open-with-platform.ts');
  const { run } = await findRun(await context.database(), reference);
  const name = runReferenceOf(run);
  if (run.reportKey === null) {
    throw new CannotDo(
      run.status === 'completed'
        ? `${name} has no report yet: publishing is ${run.publishStatus}; ${TYPED_AS} doctor checks the report store`
        : `${name} is ${run.status}: only a completed run has a report`,
    );
  }
  const reports = await reportLocations(config, run.reportKey);
  output.result({ run: name, reportKey: run.reportKey, reports }, () => Object.values(reports).join('\n'));
  const wanted = options.open && !output.json && io.stdout.isTTY;
  // A bucket's object is opened by whoever may read it: minting links is not a client's right.
  if (wanted && !reports.html.includes('://') && !(await openWithPlatform(reports.html))) {
    output.note('There is no program here that opens it.');
  }
  return EXIT.clean;
};
