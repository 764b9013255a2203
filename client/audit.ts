// `recon audit verify|history`: whether the audit log is what was written, and what it says of a run.
import { type Command, Option } from 'commander';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountOption } from './option-parsers.ts';
import { formatRunReference, parseRunReference } from './run-reference.ts';
import { UsageError } from './usage-error.ts';

interface ReadOptions {
  readonly readWith?: string;
}

interface VerifyOptions extends ReadOptions {
  readonly deep?: boolean;
  readonly account?: string;
}

const readWith = () =>
  new Option(
    '--read-with <variable>',
    'environment variable with a database login that may read the audit log, of role recon_auditor (default: the configured login)',
  );

export function registerAudit(program: Command, io: ClientIo): void {
  const audit = program.command('audit').description('the log of what happened: verify, history');
  audit
    .command('verify')
    .description('recompute every hash of the audit log, and compare its end with the anchors outside of the database')
    .addOption(new Option('--account <account>', 'only this account’s chain').argParser(accountOption))
    .option('--deep', 'also recompute what the log vouches for: results and reports, triggers, grants and functions')
    .addOption(readWith())
    .addHelpText('after', PROVES)
    .addHelpText(
      'after',
      examples(
        ['audit verify', 'every chain'],
        [
          'audit verify --deep --read-with AUDITOR_DATABASE_URL',
          'all that can be recomputed, with the auditor’s login',
        ],
        ['audit verify --account stripe/us --json', 'one account, for a script'],
      ),
    )
    .action(action<VerifyOptions>(io, async () => verify));
  audit
    .command('history')
    .description('what the audit log says of a run; needs no Temporal')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .addOption(readWith())
    .addHelpText('after', examples(['audit history stripe/us/2026-01-31', 'the latest run of that day']))
    .action(action<ReadOptions>(io, async () => history));
}

const PROVES = `
What it finds: a row that was edited, deleted or put in, a tail that was cut, an old copy of the database that was restored, and
anchors that were changed. The first bad row of each chain is named. Its hashes are computed by this program, not by the database.
What an anchor does not cover yet (since the last run) rests on the database alone.

Exit codes: 0 intact, 1 broken, 3 it cannot be told (and why).
`;

const CODE_OF_VERDICT: Readonly<Record<'intact' | 'broken' | 'cannot', ExitCode>> = {
  intact: EXIT.clean,
  broken: EXIT.differences,
  cannot: EXIT.failed,
};

const verify: Handler<VerifyOptions> = async ({ context, io, options, output }) => {
  const config = await context.config();
  const { withAuditorDatabase } = await import('./audit/auditor-database.ts');
  const { composeAnchors } = await import('../worker/compose-anchors.ts');
  const { verifyAudit } = await import('../activities/audit/verify-audit.ts');
  const { renderVerification, verificationOnTheWire, verdictOf } = await import('./audit/verification-view.ts');
  const chain = options.account ?? null;
  return withAuditorDatabase({ context, io, variable: options.readWith }, async (database) => {
    const deps = { database, store: composeAnchors(config, io.nowMs), nowMs: io.nowMs() };
    const finding = await verifyAudit(deps, chain);
    if (chain !== null && finding.chains.every(({ rows, anchors }) => rows === 0n && anchors === 0)) {
      throw new UsageError(`the audit log has no chain of ${chain}: it begins with an account’s first run`);
    }
    const deep =
      options.deep === true
        ? await (await import('./audit/verify-deep.ts')).verifyDeep(config, database, finding)
        : null;
    output.result(verificationOnTheWire(finding, deep), () => renderVerification(output.palette, finding, deep));
    return CODE_OF_VERDICT[verdictOf(finding, deep)];
  });
};

const history: Handler<ReadOptions> = async ({ context, io, operands, options, output }) => {
  const reference = parseRunReference(operands[0] ?? '');
  const { withAuditorDatabase } = await import('./audit/auditor-database.ts');
  const { readEvents } = await import('../activities/audit/read-chain.ts');
  const { runEventPrefix } = await import('../activities/audit/run-events.ts');
  const { eventOnTheWire, renderEvents } = await import('./audit/event-view.ts');
  return withAuditorDatabase({ context, io, variable: options.readWith }, async (database) => {
    const runNumber =
      reference.runNumber ?? (await (await import('./find-run.ts')).findRun(database, reference)).run.runNumber;
    const run = { ...reference, runNumber };
    const prefix = runEventPrefix({ runDate: run.date, runNumber });
    const events = await readEvents(database, run.account, prefix);
    const name = formatRunReference(run);
    if (events.length === 0) {
      throw new UsageError(`the audit log says nothing of ${name}: there was no such run, or it is older than the log`);
    }
    output.result({ run: name, events: events.map(eventOnTheWire) }, () => renderEvents(output.palette, name, events));
    return EXIT.clean;
  });
};
