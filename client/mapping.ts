// `recon mapping check|list`: how a file would be understood, before anything depends on it. Reads the file and its
// mapping, and nothing else.
import { type Command, Option } from 'commander';
import { SIDES, type Side } from '../domain/vocabulary.ts';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountOption, countOption } from './option-parsers.ts';

interface CheckOptions {
  readonly mapping?: string;
  readonly side?: Side;
  readonly account: string;
  readonly zone: string;
  readonly rows: number;
}

const ROWS_SHOWN = 5;
const ROWS_SHOWN_MAX = 100;
const ABOUT = `
A mapping says in YAML which column of a foreign CSV is which field, how numbers and times are written, and which codes
mean which kind. The check shows the first rows field by field with the columns they came from, then counts the whole file.
What the mapping does not name is not read. A mapping may start from a ready one and replace parts of it:

  extends: ready:adyen-settlement-details
  account: { column: Merchant Account, value: MyShopEU }    # rows of another account are quarantined

Exit codes: 0 every row is understood · 1 rows are quarantined, of a kind that is not listed, or share an id
            2 the mapping or what was typed has a mistake · 3 the file cannot be read (a column is missing)
`;

export function registerMapping(program: Command, io: ClientIo): void {
  const mapping = program.command('mapping').description('how a foreign CSV is understood: check, list');
  mapping
    .command('check')
    .description('show the first rows of a file as understood, and what would be quarantined')
    .argument('<file>', 'CSV or NDJSON, also packed as .gz or .zip')
    .option('--mapping <file>', 'mapping, or ready:NAME (default: the names of the file contract)')
    .addOption(new Option('--side <side>', 'whose rows these are (default: as the mapping says)').choices(SIDES))
    .addOption(new Option('--account <account>', 'processor/name').argParser(accountOption).default('test/files'))
    .option('--zone <zone>', 'IANA time zone of the business day', 'UTC')
    .addOption(
      new Option('--rows <count>', 'how many rows to show').argParser(countOption(ROWS_SHOWN_MAX)).default(ROWS_SHOWN),
    )
    .addHelpText('after', ABOUT)
    .addHelpText(
      'after',
      examples(
        [
          'mapping check settlement_detail_report_batch_238.csv --mapping ready:adyen-settlement-details',
          'a ready one',
        ],
        ['mapping check bank.csv --mapping bank.yaml --zone Europe/Berlin --rows 2', 'your own'],
        ['mapping check ledger.csv --mapping ledger.yaml --side internal --json', 'your own records, for a script'],
      ),
    )
    .action(action<CheckOptions>(io, async () => check));
  mapping
    .command('list')
    .description('the ready mappings')
    .addHelpText('after', examples(['mapping list', 'their names, for --mapping and for recon.yaml']))
    .action(action<object>(io, async () => list));
}

const check: Handler<CheckOptions> = async ({ operands, options, output, io }) => {
  const [file = ''] = operands;
  const { checkMapping } = await import('./mapping/check-mapping.ts');
  const { isUnderstood, renderCheck } = await import('./mapping/render-check.ts');
  const found = await checkMapping({ ...options, file }, io.interruption());
  output.result(found, () => renderCheck(output.palette, found));
  return isUnderstood(found) ? EXIT.clean : EXIT.differences;
};

const list: Handler<object> = async ({ output }) => {
  const { readMapping } = await import('../activities/fetch/mapping/mapping.ts');
  const { readyMappingNames } = await import('../activities/fetch/mapping/ready-mappings.ts');
  const mappings = await Promise.all(
    (await readyMappingNames()).map(async (name) => {
      const { side, about = '' } = await readMapping(`ready:${name}`);
      return { name: `ready:${name}`, side, about };
    }),
  );
  output.result({ mappings }, () =>
    mappings.map(({ name, about }) => `${output.palette.heading(name)}\n  ${about}`).join('\n'),
  );
  return EXIT.clean;
};
