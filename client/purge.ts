// `recon purge`: removes whole months of rows that nobody needs any more. One person proposes, another approves; what may go at all the
// database decides, and the sealed packages have to be there.
import type { Command } from 'commander';
import type { CommonQueryMethods } from 'slonik';
import { action, type Handler, type Invocation } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { type PersonOptions, withPersonDatabase } from './database/person-database.ts';
import type { SealedPackage } from './database/purges.ts';
import { refusalOf } from './database/refusal-of.ts';
import { acting } from './discrepancies/act.ts';
import { becauseOption } from './discrepancies/because-options.ts';
import { parseProposalNames, proposalName } from './discrepancies/proposal-name.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { dateOption, reasonOption } from './option-parsers.ts';
import { oneLine } from './terminal/one-line.ts';
import { renderTable } from './terminal/table.ts';
import { UsageError } from './usage-error.ts';

interface PurgeOptions extends PersonOptions {
  readonly before?: string;
  readonly dryRun?: boolean;
  readonly because?: string;
}

interface DecideOptions extends PersonOptions {
  readonly because: string;
}

const WHAT_GOES = `
What goes: the rows of both sides of whole months, of all accounts, and their further references. What stays: runs, verdicts, groups,
totals, differences, decisions, reports, the audit log. A month stays whole when anything of it is open, on hold, in a group with
a newer row, or part of a run without a sealed package; --dry-run says which and why. The last 13 months always stay.
Runs over rows that are gone cannot be replayed any more: their packages hold what was decided.
`;

export function registerPurge(program: Command, io: ClientIo): void {
  const purge = program
    .command('purge')
    .description('remove whole months of old rows: propose, list, approve, reject')
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)')
    .addHelpText('after', WHAT_GOES)
    .addHelpText(
      'after',
      examples(
        ['purge --before 2025-01-01 --dry-run', 'nothing is changed'],
        ['purge --before 2025-01-01 --because "two years are kept"', 'proposes it; another person approves'],
        ['purge approve 3@3f2a9c1d04be --because "packages checked"', 'removes the rows, at once and for good'],
      ),
    );
  purge
    .command('propose', { isDefault: true })
    .description('what is meant by purge --before DATE')
    .option('--before <date>', 'months that end before it', dateOption)
    .option('--dry-run', 'only say what would go, and what stays and why')
    .option('--because <words>', 'why, for the one who decides and for the auditor', reasonOption)
    .action(action<PurgeOptions>(io, async () => propose));
  purge
    .command('list')
    .description('what was proposed, and who decided it')
    .addHelpText('after', examples(['purge list', 'the latest first']))
    .action(action<PersonOptions>(io, async () => list));
  for (const [verb, approve, said] of [
    ['approve', true, 'approved: the rows are gone'],
    ['reject', false, 'rejected: nothing was removed'],
  ] as const) {
    purge
      .command(verb)
      .description(approve ? 'remove what another person proposed to remove' : 'refuse it')
      .argument('<purge>', 'as purge list has it: number@hash')
      .addOption(becauseOption('why; it is kept for the auditor'))
      .addHelpText('after', examples([`purge ${verb} 3@3f2a9c1d04be --because "packages checked"`, 'never your own']))
      .action(
        action<DecideOptions>(io, async () =>
          acting(async ({ operands, options: { because } }) => {
            const { decidePurge } = await import('./database/purges.ts');
            return parseProposalNames(operands).map(({ proposalId: id, sha256Start }) => ({
              subject: `purge ${id}`,
              act: async (connection) => {
                await decidePurge(connection, { id, sha256Start }, approve, because);
                return said;
              },
            }));
          }),
        ),
      );
  }
}

const propose: Handler<PurgeOptions> = async (invocation) => {
  const { before, dryRun = false, because } = invocation.options;
  if (before === undefined) throw new UsageError('say which months: --before DATE, or one of list, approve, reject');
  if (!dryRun && because === undefined) throw new UsageError('say why with --because, or look first with --dry-run');
  const { readPurgePlan, proposePurge } = await import('./database/purges.ts');
  return refusing(() =>
    withPersonDatabase(invocation, async (database) => {
      const months = await readPurgePlan(database, before);
      const firstMonth = months.find(({ stays }) => stays === null)?.month;
      const packages = firstMonth === undefined ? 0 : await checkPackages(invocation, database, { firstMonth, before });
      const name = dryRun || because === undefined ? null : await proposePurge(database, before, because);
      invocation.output.result({ before, months: months.map(onTheWire), packages, purge: name }, () =>
        [
          renderPlan(invocation, months),
          `${packages} sealed package(s) of the runs over these rows are in the evidence store as they were sealed.`,
          name === null
            ? 'Nothing was changed.'
            : `purge ${name}, for another person to approve. Nothing is removed yet.`,
        ].join('\n'),
      );
      return EXIT.clean;
    }),
  );
};

const LOOKED_AT_TOGETHER = 32;

/** Answers with how many there are. @throws CannotDo naming the first that is not. */
async function checkPackages(
  { context, io }: Invocation<PurgeOptions>,
  database: CommonQueryMethods,
  months: { readonly firstMonth: string; readonly before: string },
): Promise<number> {
  const { composeEvidenceStore } = await import('../worker/compose-evidence.ts');
  const { readPackages } = await import('./database/purges.ts');
  const { missingPackage } = await import('./purge/missing-package.ts');
  const store = composeEvidenceStore(await context.config(), io.nowMs);
  if (store === undefined)
    throw new CannotDo('the configuration names no evidence.store: what is purged has to be there');
  const packages = await readPackages(database, months);
  // Two years of five hundred accounts are a third of a million, each of them a question to the store.
  for (let from = 0; from < packages.length; from += LOOKED_AT_TOGETHER) {
    const group = packages.slice(from, from + LOOKED_AT_TOGETHER);
    const problems = await Promise.all(group.map((one) => missingPackage(store, one)));
    for (const [at, problem] of problems.entries()) {
      if (problem === null) continue;
      const { account, date, number } = group[at] as SealedPackage;
      throw new CannotDo(`the sealed package of ${account}/${date}#${number} ${problem}: nothing of its rows may go`);
    }
  }
  return packages.length;
}

type Months = Awaited<ReturnType<typeof import('./database/purges.ts').readPurgePlan>>;

function onTheWire({ month, processorRows, internalRows, stays }: Months[number]): object {
  return { month, processorRows: String(processorRows), internalRows: String(internalRows), stays };
}

function renderPlan({ output }: Invocation<PurgeOptions>, months: Months): string {
  if (months.length === 0) return 'There are no rows of months that end before it.';
  return renderTable(
    output.palette,
    [
      { title: 'Month' },
      { title: 'Processor rows', align: 'right' },
      { title: 'Own rows', align: 'right' },
      { title: '' },
    ],
    months.map(({ month, processorRows, internalRows, stays }) => [
      ...[month, String(processorRows), String(internalRows)],
      stays === null ? 'goes' : `stays: ${oneLine(stays)}`,
    ]),
  );
}

const list: Handler<PersonOptions> = async (invocation) => {
  const { output } = invocation;
  const { readPurges } = await import('./database/purges.ts');
  const purges = await refusing(() => withPersonDatabase(invocation, readPurges));
  const named = purges.map(({ purgeId, sha256, ...purge }) => ({ name: proposalName(purgeId, sha256), ...purge }));
  output.result({ purges: named }, () => {
    if (named.length === 0) return 'Nothing was ever purged or proposed to be.';
    const titles = ['Purge', 'State', 'Months', 'Proposed by', 'Decided by', 'Why'].map((title) => ({ title }));
    const rows = named.map(({ name, status, months, proposedBy, decidedBy, because }) => [
      ...[name, status, months, proposedBy, decidedBy ?? '', oneLine(because)],
    ]);
    return renderTable(output.palette, titles, rows);
  });
  return EXIT.clean;
};

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = refusalOf(error);
    if (why === undefined) throw error;
    throw new CannotDo(why, { cause: error });
  }
}
