// `recon try`: reconcile two sets of files on this machine, without configuration.
import type { Command } from 'commander';
import { action, type Invocation } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { ExitCode } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import type { TryOptions } from './try-files.ts';

export function registerTry(program: Command, io: ClientIo): void {
  program
    .command('try')
    .description('reconcile files on this machine, with its own database and Temporal server; nothing to configure')
    .requiredOption('--processor <files...>', 'what the processor says: NDJSON or CSV of the file contract')
    .requiredOption('--internal <files...>', 'what your own records say')
    .option('--mapping <file>', "how to understand the processor's CSV: a mapping, or ready:NAME")
    .option('--internal-mapping <file>', 'the same for your own records')
    .option('--rules <file>', 'rule set (default: one for a web shop)')
    .option('--account <name>', 'processor/name', 'test/files')
    .option('--zone <zone>', 'IANA time zone of the business day', 'UTC')
    .option('--date <date>', 'one business date (default: every date in the files, ascending)')
    .option('--from <date>', 'first business date, with --to')
    .option('--to <date>', 'last business date, with --from')
    .option('--as-of <instant>', 'the clock and how far both files reach (default: 35 days after the last date)')
    .option('--store <folder>', 'keep the database: the next call with more files is the next arrival')
    .option('--out <folder>', 'where the reports go', '.recon/try')
    .option('--currency <code>', 'reporting currency', 'USD')
    .option('--complete', 'a file without rows is complete too', false)
    .addHelpText(
      'after',
      examples(
        ['try --processor stripe.ndjson --internal ledger.csv', 'every date in the files'],
        [
          'try --processor p.csv --internal i.csv --zone Europe/Berlin --date 2026-01-31 --json',
          'one day, for a script',
        ],
        [
          'try --processor batch_238.csv --mapping ready:adyen-settlement-details --internal ledger.csv',
          "a processor's own report; see mapping check",
        ],
        ['try --processor p2.csv --internal i2.csv --store ./days', 'the next arrival of what --store has seen before'],
      ),
    )
    .action(action<TryOptions>(io, async () => tryIt));
}

async function tryIt({ options, io }: Invocation<TryOptions>): Promise<ExitCode> {
  const { tryFiles } = await import('./run-try.ts');
  return tryFiles({ ...options, json: options.json ?? false }, io);
}
