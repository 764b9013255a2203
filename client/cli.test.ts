// What the command line says before it needs any server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recon } from './cli-processes-for-tests.ts';
import { yamlForTests } from './config-for-tests.ts';

let folder = '';
let environment: Record<string, string> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-cli-test-'));
  const config = join(folder, 'recon.yaml');
  // Port 1 of loopback answers nobody: whoever asks a server too early is found out.
  await writeFile(config, yamlForTests({ temporal: '127.0.0.1:1' }));
  environment = {
    RECON_CONFIG: config,
    DATABASE_URL: 'postgres://login:hidden@127.0.0.1:1/recon',
    SMTP_URL: 'smtp://127.0.0.1:1',
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const COMMANDS = [
  ['setup'],
  ['doctor'],
  ['status'],
  ['run'],
  ['retry'],
  ['backfill'],
  ['backfill', 'pause'],
  ['backfill', 'resume'],
  ['backfill', 'cancel'],
  ['backfill', 'progress'],
  ['schedule', 'show'],
  ['schedule', 'apply'],
  ['schedule', 'pause'],
  ['schedule', 'resume'],
  ['schedule', 'trigger'],
  ['runs', 'list'],
  ['runs', 'show'],
  ['discrepancies', 'list'],
  ['discrepancies', 'show'],
  ['discrepancies', 'assign'],
  ['discrepancies', 'note'],
  ['discrepancies', 'propose'],
  ['discrepancies', 'approve'],
  ['discrepancies', 'reject'],
  ['discrepancies', 'reopen'],
  ['discrepancies', 'match'],
  ['access', 'add'],
  ['access', 'report'],
  ['access', 'password'],
  ['reports', 'open'],
  ['reports', 'link'],
  ['reports', 'verify'],
  ['reports', 'digest'],
  ['evidence', 'export'],
  ['evidence', 'verify'],
  ['rules', 'check'],
  ['rules', 'explain'],
  ['mapping', 'check'],
  ['mapping', 'list'],
  ['replay'],
  ['watchdog'],
  ['audit', 'verify'],
  ['audit', 'history'],
  ['try'],
];

describe('--help', () => {
  test.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
    'of %s has an example and the global options',
    async (_name, words) => {
      const { code, stdout, stderr } = await recon([...words, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain(`npm run recon -- ${words.join(' ')}`);
      expect(stdout).toContain('--config <file>');
    },
  );

  test('names every command and every exit code', async () => {
    const { code, stdout } = await recon(['--help']);
    expect(code).toBe(0);
    for (const [command = ''] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    for (const exit of [0, 1, 2, 3, 4]) expect(stdout).toMatch(new RegExp(`^  ${exit}  `, 'm'));
  });
});

describe('what is typed wrong exits with 2 and says what to type', () => {
  const cases: ReadonlyArray<readonly [typed: string, says: RegExp]> = [
    ['', /Usage:/],
    ['rnu', /unknown command 'rnu'\n\(Did you mean run\?\)/],
    ['schedule pase', /Did you mean pause\?/],
    ['run --dtae 2026-01-31', /unknown option '--dtae'\n\(Did you mean --date\?\)/],
    ['run --date 2026-02-30', /'--date <date>' argument '2026-02-30' is invalid.*not a day of the calendar/],
    [
      'run --date 2999-01-01',
      /2999-01-01 is in the future in America\/New_York \(stripe\/us\): the latest day that has is/,
    ],
    ['run --date 2025-12-31', /before stripe\/us starts \(startDate: 2026-01-01/],
    ['run --account stripe/uk', /no account stripe\/uk in the configuration; there are: stripe\/us, test\/files/],
    ['run --processors square', /no processor square in the configuration; there are: stripe, test/],
    ['run --processors stripe --account stripe/us', /not both/],
    ['retry', /missing required argument 'run'/],
    ['retry stripe/us', /stripe\/us\/2026-01-31#2/],
    ['retry stripe/uk/2026-01-31', /no account stripe\/uk/],
    ['backfill', /--from DATE and --to DATE/],
    ['backfill --from 2026-01-31 --to 2026-01-01', /--from 2026-01-31 is after --to 2026-01-01: swap them/],
    ['backfill --from 2026-01-01 --to 2999-01-01', /in the future/],
    ['backfill --from 2026-01-01 --to 2026-01-02 --force', /--reason TEXT/],
    ['backfill --from 2001-01-01 --to 2026-01-02', /at most 3700 days/],
    ['backfill --from 2025-01-01 --to 2025-01-02', /starts on 2026-01-01/],
    [
      'schedule show --zone Mars/Olympus',
      /no account is in Mars\/Olympus; the zones of the configuration are: America\/New_York, UTC/,
    ],
    ['runs list --date 2026-01-01 --from 2026-01-01', /not both/],
    ['runs list --status done', /Allowed choices are running, completed, failed, cancelled/],
    ['runs list --limit 0', /from 1 to 1000/],
    ['runs show nothing', /does not name a run/],
    ['discrepancies list --severity hgh', /"hgh" is none of low, medium, high, critical/],
    ['discrepancies show first', /"first" is not the number of a discrepancy/],
    ['reports open', /missing required argument 'run'/],
    ['reports link', /missing required argument 'run'/],
    ['reports link stripe/us', /stripe\/us\/2026-01-31#2/],
    [
      'reports link stripe/us/2026-01-31 --format pdf',
      /'pdf' is invalid. Allowed choices are html, xlsx, csv, json, completeness/,
    ],
    ['reports digest', /missing required argument 'zone\/date'/],
    ['reports digest UTC', /"UTC" does not name a day of a zone: write zone\/date such as UTC\/2026-01-31/],
    ['reports digest UTC/2026-02-30', /not a day of the calendar.*write zone\/date/],
    [
      'reports digest Mars/Olympus/2026-01-31',
      /no account is in Mars\/Olympus; the zones of the configuration are: America\/New_York, UTC/,
    ],
    ['reports digest UTC/2999-01-01', /2999-01-01 is in the future in UTC/],
    [
      'reports digest UTC/2025-12-31',
      /2025-12-31 is before the accounts of UTC start: the first one does on 2026-01-01/,
    ],
    ['audit verify --account stripe', /write processor\/name/],
    ['audit verify --read-with NOT_SET_ANYWHERE', /environment variable NOT_SET_ANYWHERE is not set/],
    ['audit history nothing', /does not name a run/],
    ['setup --migrate-with NOT_SET_ANYWHERE', /environment variable NOT_SET_ANYWHERE is not set/],
  ];
  test.each(cases)('recon %s', async (typed, says) => {
    const { code, stdout, stderr } = await recon(typed === '' ? [] : typed.split(' '), environment);
    expect(stderr).toMatch(says);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('the configuration', () => {
  test('that is not there is named, with how to name another', async () => {
    const { code, stderr } = await recon(['status', '--config', join(folder, 'none.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/none\.yaml cannot be used:[\s\S]*--config FILE/);
  });

  test('has all its problems told at once', async () => {
    const config = join(folder, 'broken.yaml');
    await writeFile(
      config,
      yamlForTests({ temporal: '127.0.0.1:1' })
        .replace('zone: UTC', 'zone: Mars')
        .replace('kind: smtp', 'kind: pigeon'),
    );
    const { code, stderr } = await recon(['status', '--config', config], { DATABASE_URL: 'x', SMTP_URL: 'x' });
    expect(code).toBe(2);
    expect(stderr).toContain('accounts.1.zone: "Mars" is not an IANA time zone');
    expect(stderr).toContain('notifications.transport');
  });
});

describe('a server that is down', () => {
  test('database: the message names it without its password', async () => {
    const { code, stdout, stderr } = await recon(['runs', 'list'], environment);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('the database at 127.0.0.1:1/recon cannot be used: connect ECONNREFUSED');
    expect(stderr).not.toContain('hidden');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('Temporal: the message names it and how to start one', async () => {
    const { code, stderr } = await recon(['schedule', 'show'], environment);
    expect(code).toBe(3);
    expect(stderr).toMatch(/no Temporal server answers at 127\.0\.0\.1:1 .*temporal server start-dev/);
  });

  test('with --json there is still one object on stdout', async () => {
    const { code, stdout } = await recon(['runs', 'list', '--json'], environment);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      error: { name: 'DatabaseUnreachable', message: expect.stringContaining('127.0.0.1:1') },
    });
  });

  test('--debug shows where it comes from', async () => {
    expect((await recon(['runs', 'list', '--debug'], environment)).stderr).toMatch(/^ +at /m);
  });
});

test('with --json what is typed wrong is one object on stdout too', async () => {
  for (const words of [
    ['run', '--date', 'x'],
    ['run', '--account', 'stripe/uk'],
  ]) {
    const { code, stdout } = await recon([...words, '--json'], environment);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { name: 'UsageError', message: expect.any(String) } });
  }
});
