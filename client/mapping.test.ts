// What `recon mapping check` says of real files, as a process of its own and without any server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recon } from './cli-processes-for-tests.ts';

const EXAMPLES = fileURLToPath(new URL('../activities/fetch/mapping/ready/examples/', import.meta.url));
const MAPPING = `
time: { column: When, format: "yyyy-MM-dd HH:mm", zone: Europe/Berlin }
id: { columns: [Id] }
kind: { column: Type, values: { Sale: payment } }
currency: { constant: EUR }
gross: Amount
skip: [{ column: When, values: [Total], reason: total line }]
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-mapping-test-'));
  await writeFile(join(folder, 'mine.yaml'), MAPPING);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(lines: readonly string[], ...words: string[]) {
  const file = join(folder, 'sales.csv');
  await writeFile(file, ['When,Id,Type,Amount,Customer', ...lines, ''].join('\n'));
  return recon(['mapping', 'check', file, '--mapping', join(folder, 'mine.yaml'), ...words]);
}

const SALE = '2026-01-31 00:30,A1,Sale,12.30,Jane Doe';

test('rows are shown field by field with their line and columns, then the whole file, and nobody who is not read', async () => {
  const { code, stdout, stderr } = await check([SALE, 'Total,,,12.30,'], '--zone', 'Europe/Berlin');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/sales\.csv line 2 +from/);
  expect(stdout).toMatch(/^ {2}gross +12\.30 +Amount$/m);
  expect(stdout).toMatch(/^ {2}occurredAt +2026-01-30T23:30:00\.000Z +When$/m);
  expect(stdout).toContain(
    '2 rows, 1 understood, 1 skipped by the mapping, 0 quarantined · 2026-01-31 (Europe/Berlin)',
  );
  expect(stdout).toMatch(/^payment +EUR +1 +0\.00 +12\.30$/m);
  expect(stdout).toContain('sales.csv line 3: skipped: total line');
  expect(stdout).toContain('Columns that are not read: Customer');
  expect(stdout).not.toContain('Jane');
});

test('what would be quarantined, not be known or be lost is said with its line, and exits with 1', async () => {
  const lines = [SALE, SALE, SALE.replace('A1', 'A2').replace('12.30', '"12,30"'), SALE.replace('A1,Sale', 'A3,Gift')];
  const { code, stdout } = await check(lines, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    side: 'processor',
    understood: 3,
    unknownKinds: 1,
    repeatedIds: { count: 1, firstLines: [3] },
    quarantined: { count: 1, first: [{ position: '4', reason: expect.stringContaining('"12,30" in "Amount"') }] },
    totals: [
      { kind: 'other', unknownCode: 'Gift', currency: 'EUR', count: 1, debits: '0.00', credits: '12.30' },
      { kind: 'payment', count: 2, credits: '24.60' },
    ],
    columns: { read: ['Id', 'Type', 'When', 'Amount'], notRead: ['Customer'] },
  });
});

test('a file of a header alone is not understood', async () => {
  const { code, stdout } = await check([]);
  expect(code).toBe(1);
  expect(stdout).toContain('No row was understood');
});

test('a ready mapping is checked by its name, and the list names it', async () => {
  const file = join(EXAMPLES, 'paypal-activity-download.csv');
  const checked = await recon(['mapping', 'check', file, '--mapping', 'ready:paypal-activity-download', '--rows', '1']);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('8 rows, 8 understood, 0 quarantined');
  const listed = await recon(['mapping', 'list']);
  expect(listed.stdout).toContain('ready:paypal-activity-download');
});

test('without a mapping the names of the file contract are expected', async () => {
  const file = join(folder, 'contract.csv');
  await writeFile(file, 'id,kind,amount,currency,occurredAt\nR1,payment,1.00,EUR,2026-01-31T10:00:00Z\n');
  const { code, stdout } = await recon(['mapping', 'check', file, '--side', 'internal']);
  expect({ code }).toEqual({ code: 0 });
  expect(stdout).toContain('internal rows as the file contract understands them');
});

test('mistakes in what was typed exit with 2, a file that cannot be read with 3', async () => {
  const broken = join(folder, 'broken.yaml');
  await writeFile(broken, `${MAPPING}\ncurency: x\nformat: { decimal: point }\n`);
  const file = join(EXAMPLES, 'square-transactions.csv');
  const cases: ReadonlyArray<readonly [words: string[], code: number, says: RegExp]> = [
    [[file, '--mapping', broken], 2, /format\.decimal: write "\." or ","\n.*Unrecognized key: "curency"/],
    [[file, '--mapping', 'ready:nobody'], 2, /ready:nobody cannot be used:\n.*is not one of ready:adyen/],
    [[file, '--mapping', 'ready:square-transactions', '--side', 'internal'], 2, /describes processor rows/],
    [[file, '--zone', 'Mars/Olympus'], 2, /--zone: "Mars\/Olympus" is not an IANA time zone/],
    [[file, '--mapping', join(folder, 'mine.yaml')], 3, /lacks the columns "Id", "Type", "When", "Amount"/],
    [[join(folder, 'nowhere.csv')], 3, /there is no such file/],
  ];
  for (const [words, code, says] of cases) {
    const answer = await recon(['mapping', 'check', ...words]);
    expect({ words, code: answer.code }).toEqual({ words, code });
    expect(answer.stderr).toMatch(says);
  }
});

test('--help teaches by examples', async () => {
  for (const verb of ['check', 'list']) {
    const { code, stdout } = await recon(['mapping', verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain(`npm run recon -- mapping ${verb}`);
  }
});
