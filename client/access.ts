// `recon access add | report | password`: who may do what. Logins are the database's own; this only makes and lists them.
import { type Command, Option } from 'commander';
import { ROLES, type Role } from './access/roles.ts';
import { limitOnTheWire, limitWords, type WriteOffLimit, writeOffLimitOption } from './access/write-off-limit.ts';
import { action, type Handler } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { type PersonOptions, withPersonDatabase, withReadersDatabase } from './database/person-database.ts';
import { refusalOf } from './database/refusal-of.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountOption, namesOption, wordsOption } from './option-parsers.ts';
import { UsageError } from './usage-error.ts';

const ABOUT_ROLES = `
operator   assigns, notes and proposes
approver   decides what another person proposed
auditor    reads everything, and changes nothing
admin      adds people, and touches nothing else
An approver gives up no more money within 24 hours than --write-off-limit says, in each currency: none that is not named.
One person may be operator and approver: never of the same proposal. An admin is nothing else, and nobody adds himself.

The first admin is added with a login that may create roles, such as the one of recon setup.
`;

interface AddOptions extends PersonOptions {
  readonly role: readonly Role[];
  readonly accounts?: readonly string[];
  readonly allAccounts?: boolean;
  readonly writeOffLimit?: readonly WriteOffLimit[];
}

export function registerAccess(program: Command, io: ClientIo): void {
  const access = program
    .command('access')
    .description('who may do what: add, report, password')
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)');
  access
    .command('add')
    .description('make the login of a person, or change as what and for which accounts it may act')
    .argument('<name>', 'the login, such as ben')
    .addOption(
      new Option('--role <roles>', `one or more of ${ROLES.join(', ')}`)
        .argParser(wordsOption(ROLES))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--accounts <accounts>', 'only these, such as stripe/us,paypal/eu').argParser((text) =>
        namesOption(text).map(accountOption),
      ),
    )
    .addOption(new Option('--all-accounts', 'every account there is and will be').conflicts('accounts'))
    .addOption(
      new Option(
        '--write-off-limit <limit>',
        'of an approver: how much money decisions may give up within 24 hours on an account, such as 500.00:USD or stripe/us=500.00:USD; once for each currency (default: nothing)',
      ).argParser(writeOffLimitOption),
    )
    .addHelpText('after', ABOUT_ROLES)
    .addHelpText(
      'after',
      examples(
        [
          'access add ben --role operator --accounts stripe/us,stripe/eu',
          'a new login; its first password is shown once',
        ],
        ['access add cleo --role operator,approver --all-accounts', 'an existing person: from now on just this'],
        [
          'access add dora --role approver --accounts stripe/us --write-off-limit 500.00:USD --write-off-limit 400.00:EUR',
          'approves what gives up no more; in other currencies, nothing',
        ],
      ),
    )
    .action(action<AddOptions>(io, async () => add));
  access
    .command('report')
    .description('people with their roles and accounts, and what each role may do with each table')
    .addHelpText(
      'after',
      examples(['access report', 'for the yearly review'], ['access report --json', 'to compare with last year']),
    )
    .action(action<PersonOptions>(io, async () => report));
  access
    .command('password')
    .description('give your own login a new password, shown once')
    .addHelpText('after', examples(['access password', 'after somebody made your login: then only you know it']))
    .action(action<PersonOptions>(io, async () => password));
}

const add: Handler<AddOptions> = async (invocation) => {
  const { operands, options, output } = invocation;
  const { role: roles, accounts = [], allAccounts = false, writeOffLimit: limits = [] } = options;
  const [name = ''] = operands;
  if (accounts.length === 0 && !allAccounts)
    throw new UsageError('say for which: --accounts ACCOUNTS, or --all-accounts');
  if (roles.includes('admin') && roles.length > 1)
    throw new UsageError('an admin is nothing else: two people, or two logins');
  if (limits.length > 0 && !roles.includes('approver'))
    throw new UsageError('only an approver decides: --write-off-limit goes with --role approver');
  const { addPerson } = await import('./access/add-person.ts');
  const person = { name, roles, accounts, limits };
  const made = await refusing(() => withPersonDatabase(invocation, (database) => addPerson(database, person)));
  const answer = {
    login: name,
    roles,
    accounts: allAccounts ? 'all' : accounts,
    writeOffLimits: limits.map(limitOnTheWire),
    password: made,
  };
  output.result(answer, () =>
    [
      `${name} is ${roles.join(' and ')} of ${allAccounts ? 'all accounts' : accounts.join(', ')}.`,
      ...(roles.includes('approver') ? [`${name} may give up within 24 hours: ${limitWords(limits)}.`] : []),
      ...(made === null
        ? ['The login was there already: its password is the one it had.']
        : [
            `First password, shown this once: ${made}`,
            `${name} sets RECON_DATABASE_URL with it, and makes a new one: npm run recon -- access password`,
          ]),
    ].join('\n'),
  );
  return EXIT.clean;
};

const report: Handler<PersonOptions> = async (invocation) => {
  const { readAccess } = await import('./access/read-access.ts');
  const { accessOnTheWire, renderAccess } = await import('./access/render-access.ts');
  const found = await refusing(() => withReadersDatabase(invocation, readAccess));
  invocation.output.result(accessOnTheWire(found), () => renderAccess(invocation.output.palette, found));
  return EXIT.clean;
};

const password: Handler<PersonOptions> = async (invocation) => {
  const { renewPassword } = await import('./access/renew-password.ts');
  const { login, password: made } = await refusing(() => withPersonDatabase(invocation, renewPassword));
  invocation.output.result({ login, password: made }, () => `New password of ${login}, shown this once: ${made}`);
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
