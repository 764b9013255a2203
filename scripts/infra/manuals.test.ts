import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { manualsCheck } from './manuals-check.ts';
import { referencesCheck } from './references-check.ts';
import { shellWords } from './shell-words.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-manuals-'));
  await mkdir(join(folder, 'docs'));
  await mkdir(join(folder, 'scripts'));
  await writeFile(join(folder, 'scripts', 'sbom.ts'), '');
  await writeFile(join(folder, 'docs', 'alerts.md'), '# Alerts\n\n### ReconDayLate\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function problemsOf(manual: string): Promise<string[]> {
  await writeFile(join(folder, 'README.md'), manual);
  return [...(await manualsCheck(folder).run()).problems];
}

const shell = (line: string) => `Type\n\n\`\`\`sh\n${line}\n\`\`\`\n`;

test('every command, path and link of our own manuals is right', async () => {
  expect((await manualsCheck(process.cwd()).run()).problems).toEqual([]);
});

test('every npm script, program and variable of our own manuals exists', async () => {
  expect((await referencesCheck(process.cwd()).run()).problems).toEqual([]);
});

test.each([
  ['a command that is not there', 'npm run recon -- watchhound', "unknown command 'watchhound'"],
  ['a subcommand that is not there', 'npm run recon -- runs shown stripe/us/2026-01-31', "unknown command 'shown'"],
  ['an option that is not there', 'recon status --jason', "unknown option '--jason'"],
  ['an option of another command', 'npm run demo -- --quick --zone UTC', "unknown option '--zone'"],
  ['a required option that is left out', 'npm run recon -- hold add stripe/us', "'--reason <words>' not specified"],
  ['an argument that is left out', 'npm run recon -- replay', "missing required argument 'run'"],
  ['an argument too many', 'npm run recon -- status stripe/us', 'too many arguments'],
  ['a value that is no date', 'npm run recon -- run --account stripe/us --date 31.1.2026', "'--date <date>' argument"],
  ['only the name of a group', 'npm run recon -- audit', 'it takes a subcommand'],
  ['the second command of a line', 'cd /srv && docker compose run --rm recon doctors', "unknown command 'doctors'"],
  ['a line that goes on', 'npm run recon -- run \\\n  --dated 2026-01-31', "unknown option '--dated'"],
])('%s', async (_what, line, problem) => {
  const problems = await problemsOf(shell(line));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('README.md: recon ');
  expect(problems[0]).toContain(problem);
});

test('what is right passes: placeholders, quotes, comments, pipes, operators', async () => {
  const lines = [
    'npm run --silent recon -- watchdog --json >> /var/log/recon.json',
    'npm run recon -- hold add stripe/us --reason "case 2026-17"   # an operator --nothing',
    'RECON_CONFIG=a.yaml npm run recon -- retry ACCOUNT/DATE && npm run recon -- schedule pause --zone ZONE --reason "moved"',
    'npm run recon -- discrepancies approve 5@3f2a9c1d04be --because "x | y" | head',
    'npm run recon -- reports open stripe/us/2026-01-31#1 --help',
    'temporal workflow list --unknown-to-us',
  ];
  expect(await problemsOf(shell(lines.join('\n')))).toEqual([]);
});

test('in a sentence a command may be mentioned without its arguments, and not with wrong ones', async () => {
  expect(await problemsOf('As `recon hold add` does, `periods propose --through` and `status` of a run.')).toEqual([]);
  expect(await problemsOf('As `recon hold put` does.')).toHaveLength(1);
  expect(await problemsOf('As `periods propose --trough` does.')).toHaveLength(1);
  expect(await problemsOf('Type `npm run recon --\nreplay`.')).toHaveLength(1);
});

test('paths and links lead somewhere', async () => {
  const right =
    'See scripts/sbom.ts, scripts/*.ts, docs/NAME and [the alert](docs/alerts.md#recondaylate), https://a.b/docs/x.md.';
  expect(await problemsOf(right)).toEqual([]);
  expect(await problemsOf('See scripts/sbomb.ts, docs/setup.md.')).toEqual([
    'README.md: scripts/sbomb.ts is not there',
    'README.md: docs/setup.md is not there',
  ]);
  expect(await problemsOf('[a](docs/alert.md) [b](docs/alerts.md#recondayearly)')).toEqual([
    'README.md: docs/alert.md is not there',
    'README.md: the link docs/alert.md leads nowhere',
    'README.md: the link docs/alerts.md#recondayearly names no heading',
  ]);
});

test.each([
  ['a "b c" d', ['a', 'b c', 'd']],
  [`--because 'it''s' x#1 # no`, ['--because', 'its', 'x#1']],
  ['a b|c', ['a', 'b']],
  ['', []],
])('%p is read as a shell reads it', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});
