// `recon hold add | list | release`: rows of an account that nobody may remove, whatever their age. One person places a hold, another
// releases it, each hold by its number: a case that ends leaves the holds of others alone.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { type PersonOptions, withPersonDatabase } from './database/person-database.ts';
import { acting } from './discrepancies/act.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountOption, reasonOption } from './option-parsers.ts';
import { oneLine } from './terminal/one-line.ts';
import { renderTable } from './terminal/table.ts';
import { UsageError } from './usage-error.ts';

interface HoldOptions extends PersonOptions {
  readonly reason: string;
}

const REASON = 'why; it is kept for the auditor';

export function registerHold(program: Command, io: ClientIo): void {
  const hold = program
    .command('hold')
    .description('rows of an account that may not be purged: add, list, release')
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)');
  hold
    .command('add')
    .description('keep every row of an account until the hold is released')
    .argument('<account>', 'such as stripe/us', accountOption)
    .requiredOption('--reason <words>', REASON, reasonOption)
    .addHelpText('after', examples(['hold add stripe/us --reason "case 2026-17"', 'an operator of the account']))
    .action(
      action<HoldOptions>(io, async () =>
        acting(async ({ operands: [account = ''], options: { reason } }) => {
          const { placeHold } = await import('./database/purges.ts');
          const act = async (connection: Parameters<typeof placeHold>[0]) =>
            `hold ${await placeHold(connection, account, reason)}: from now on none of its rows is purged`;
          return [{ subject: account, act }];
        }),
      ),
    );
  hold
    .command('release')
    .description('let a hold go; never your own')
    .argument('<hold>', 'its number, as hold list has it')
    .requiredOption('--reason <words>', REASON, reasonOption)
    .addHelpText('after', examples(['hold release 3 --reason "case closed"', 'an approver of the account']))
    .action(
      action<HoldOptions>(io, async () =>
        acting(async ({ operands, options: { reason } }) => {
          const { releaseHold } = await import('./database/purges.ts');
          const holdId = holdNumber(operands[0] ?? '');
          const act = async (connection: Parameters<typeof releaseHold>[0]) => {
            await releaseHold(connection, holdId, reason);
            return 'released';
          };
          return [{ subject: `hold ${holdId}`, act }];
        }),
      ),
    );
  hold
    .command('list')
    .description('what is on hold and what was, with who and why')
    .addHelpText('after', examples(['hold list', 'those in force first']))
    .action(action<PersonOptions>(io, async () => list));
}

function holdNumber(word: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(word)) throw new UsageError(`"${word}" is no number of a hold: hold list has them`);
  return BigInt(word);
}

const list: Handler<PersonOptions> = async (invocation) => {
  const { output } = invocation;
  const { readHolds } = await import('./database/purges.ts');
  const holds = await withPersonDatabase(invocation, readHolds);
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const shown = holds.map(({ holdId, placedAtMs, releasedAtMs, ...hold }) => ({
    hold: String(holdId),
    ...hold,
    placedAt: at(placedAtMs),
    releasedAt: at(releasedAtMs),
  }));
  output.result({ holds: shown }, () => {
    if (shown.length === 0) return 'Nothing is on hold, and nothing ever was.';
    const titles = ['Hold', 'Account', 'Placed', 'By', 'Released', 'By', 'Why'].map((title) => ({ title }));
    const rows = shown.map(({ hold, account, placedAt, placedBy, releasedAt, releasedBy, reason }) => [
      ...[
        hold,
        account,
        placedAt?.slice(0, 10) ?? '',
        placedBy,
        releasedAt?.slice(0, 10) ?? 'in force',
        releasedBy ?? '',
      ],
      oneLine(reason),
    ]);
    return renderTable(output.palette, titles, rows);
  });
  return EXIT.clean;
};
