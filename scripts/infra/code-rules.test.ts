// Each rule of scan/semgrep finds what it is there for, and leaves alone what is written as it should be.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeScanCheck } from './code-scan-check.ts';

const SPOILT = [
  ['no-shell', "execSync('ls');"],
  ['no-shell', "spawn('ls', [], { shell: true });"],
  ['no-eval', "eval('1');"],
  ['no-unverified-tls', 'export const tls = { rejectUnauthorized: false };'],
  ['no-secret-in-log', 'console.log(secret.reveal());'],
  ['no-secret-in-log', "logger.info({ url: secret.reveal() }, 'opened');"],
  ['no-random-secrets', 'export const key = Math.random();'],
  ['no-weak-hash', "createHash('md5');"],
  ['no-sql-from-text', "await client.query('select ' + name);"],
  ['no-environment-elsewhere', 'export const home = process.env.HOME;'],
] as const;
const GOOD = `execFile('ls', []);
export const tls = { rejectUnauthorized: true };
logger.info({ url: placeOf(url) }, 'opened');
createHash('sha256');
await client.query('select $1', [name]);
open(secret.reveal());
`;
const IMPORTS = "import { execFile, execSync, spawn } from 'node:child_process';\n";
const LINES_BEFORE = 1;

let folder = '';
let problems: readonly string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recon-rules-'));
  cpSync('scan', join(folder, 'scan'), { recursive: true });
  mkdirSync(join(folder, 'activities'));
  writeFileSync(join(folder, 'activities', 'spoilt.ts'), `${IMPORTS}${SPOILT.map(([, line]) => line).join('\n')}\n`);
  writeFileSync(join(folder, 'activities', 'good.ts'), IMPORTS + GOOD);
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  problems = (await codeScanCheck(folder).run()).problems;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SPOILT.map(([rule, line], at) => [rule, line, at + 1 + LINES_BEFORE] as const))(
  '%s finds %s',
  (rule, _, line) => {
    expect(problems.join('\n')).toContain(`activities/spoilt.ts:${line}: ${rule}: `);
  },
);

test('nothing else is found', () => {
  expect(problems.filter((problem) => !problem.startsWith('activities/spoilt.ts'))).toEqual([]);
});
