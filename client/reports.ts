// `recon reports open|verify`: where a run's report is; whether a file of a report is what was written.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT } from './exit-codes.ts';
import { examples, TYPED_AS } from './help-examples.ts';
import { parseRunReference } from './run-reference.ts';
import { runReferenceOf } from './run-view.ts';

export interface VerifyOptions {
  readonly database?: boolean;
}

interface OpenOptions {
  readonly open: boolean;
}

const ABOUT_VERIFY = `
Counts, sums and digests are reckoned again from the file and compared with what the file says of itself. That needs no
server and no configuration, and finds a file that was cut, damaged or edited. Whoever forges a whole file can forge what
it says too: --database compares it with its run as well. A CSV has no place for such things: completeness.csv must stand
beside it.

Exit codes: 0 intact · 1 broken, each thing named · 2 no such file · 3 it cannot be verified
`;

export function registerReports(program: Command, io: ClientIo): void {
  const reports = program.command('reports').description('the reports of runs: open, verify');
  reports
    .command('verify')
    .description('check a file of a report: nothing lost, nothing changed')
    .argument('<file>', 'report.html, report.xlsx, report.csv, report.json or completeness.csv')
    .option('--database', 'compare it with its run in the database, too')
    .addHelpText('after', ABOUT_VERIFY)
    .addHelpText(
      'after',
      examples(
        ['reports verify report.xlsx', 'anywhere, without a server'],
        ['reports verify report.json --database --json', 'against the run, for a script'],
      ),
    )
    .action(action<VerifyOptions>(io, async () => (await import('./reports/verify.ts')).verify));
  reports
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
