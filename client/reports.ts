// `recon reports open|link|digest|verify`: where a run's report is; a short-lived link to it; a zone's day on one page; whether a
// file of a report is what was written.
import { type Command, Option } from 'commander';
import { REPORT_FORMATS, type ReportFormat } from '../activities/report/report-files.ts';
import { action } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { PersonOptions } from './database/person-database.ts';
import { examples } from './help-examples.ts';

export interface VerifyOptions {
  readonly database?: boolean;
}

export interface DigestOptions {
  readonly output?: string;
  readonly open: boolean;
}

export interface OpenOptions extends PersonOptions {
  readonly open: boolean;
}

export interface LinkOptions extends PersonOptions {
  readonly format: ReportFormat;
}

const RUN = 'such as stripe/us/2026-01-31#2; without #2 the latest of that day';
const LOGIN = ['--database <url>', 'your own login (default: RECON_DATABASE_URL, else as configured)'] as const;
const ABOUT_OPEN = `
The audit log is told who opened it, by database login; where it cannot be told, nothing is opened.
`;
const ABOUT_LINK = `
For reports in S3: the link is made with your own AWS credentials (profile, environment or role), and opens that one file for whoever
has it, without a login, for 5 minutes at most. Nothing can take it back. The audit log is told who made it, never the link; where it
cannot be told, there is none.
`;

const ABOUT_VERIFY = `
Counts, sums and digests are reckoned again from the file and compared with what the file says of itself. That needs no
server and no configuration, and finds a file that was cut, damaged or edited. Whoever forges a whole file can forge what
it says too: --database compares it with its run as well. A CSV has no place for such things: completeness.csv must stand
beside it.

Exit codes: 0 intact · 1 broken, each thing named · 2 no such file · 3 it cannot be verified
`;

export function registerReports(program: Command, io: ClientIo): void {
  const reports = program.command('reports').description('the reports of runs: open, link, digest, verify');
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
    .argument('<run>', RUN)
    .option('--no-open', 'only say where it is')
    .option(...LOGIN)
    .addHelpText('after', ABOUT_OPEN)
    .addHelpText(
      'after',
      examples(
        ['reports open stripe/us/2026-01-31', 'the latest run of that day'],
        ['reports open stripe/us/2026-01-31#1 --json', 'where each of its files is'],
      ),
    )
    .action(action<OpenOptions>(io, async () => (await import('./reports/open.ts')).open));
  reports
    .command('link')
    .description('make a link to one file of a report in S3 that opens for 5 minutes')
    .argument('<run>', RUN)
    .addOption(new Option('--format <format>', 'which file').choices(REPORT_FORMATS).default('html'))
    .option(...LOGIN)
    .addHelpText('after', ABOUT_LINK)
    .addHelpText(
      'after',
      examples(
        ['reports link stripe/us/2026-01-31', 'the page of the latest run of that day'],
        ['reports link stripe/us/2026-01-31#1 --format xlsx --json', 'the sheets, for a script: url and expiresAt'],
      ),
    )
    .action(action<LinkOptions>(io, async () => (await import('./reports/link.ts')).link));
  reports
    .command('digest')
    .description('write the day of a time zone on one page: each account, the worst first; on a terminal, open it')
    .argument('<zone/date>', 'such as UTC/2026-01-31 or America/New_York/2026-01-31')
    .option('--output <file>', 'where the page is written (default: named after zone and date; with --json: nowhere)')
    .option('--no-open', 'only write it')
    .addHelpText(
      'after',
      examples(
        ['reports digest UTC/2026-01-31', 'every account of the zone, as it stands now'],
        ['reports digest America/New_York/2026-01-31 --json', 'the same for a script'],
      ),
    )
    .action(action<DigestOptions>(io, async () => (await import('./reports/digest.ts')).digest));
}
