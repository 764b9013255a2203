// What `recon rules` says before it needs any server, as a process of its own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defaultRuleSet, ruleSetHash } from '../domain/rule-set.ts';
import { recon } from './cli-processes-for-tests.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-rules-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(text: string, ...words: string[]) {
  const file = join(folder, 'rules.yaml');
  await writeFile(file, text);
  return recon(['rules', 'check', file, ...words]);
}

const MINE = `
tolerance: { EUR: { absolute: "0.01", percent: "0.1", cap: "1.00" }, JPY: { percent: "1" } }
partner: { fee: optional }
timing: { refund: 5d }
groups: false
`;

test('a rule set is shown as understood, defaults too, with its warnings and its hash', async () => {
  const { code, stdout, stderr } = await check(MINE);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const line of [
    /rules\.yaml: the rules as understood/,
    /^Matched by +processor id, then merchant reference$/m,
    /^Sums +off: row against row only$/m,
    /^Refund +required +5d$/m,
    /^Fee +optional: not missing without one +1d$/m,
    /^Payout +never: not compared +–$/m,
    /^EUR +0\.01, or 0\.1 %, at most 1\.00$/m,
    /^others +none: equal to the last unit$/m,
    /^critical +10000\.00 or more at risk, in any currency$/m,
    /^low +everything else$/m,
    /^2 warnings\n {2}tolerance JPY: percent without cap.*\n {2}groups: sums are off/m,
    /^Hash +[0-9a-f]{64}$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
});

test('an empty file is the default rule set, which has no warning', async () => {
  const { code, stdout } = await check('', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    usable: true,
    hash: ruleSetHash(defaultRuleSet()),
    rules: { groups: true },
    problems: [],
    warnings: [],
  });
});

const BROKEN = `
tolerance: { usd: { absolute: "0.01" }, EUR: { absolute: 0.01 } }
timing: { payment: -3h }
keyless: { window: 40d }
ignore: [{ when: { amount: 0 }, reason: nothing }, { when: { amount: 0, kind: fee }, reason: free }]
severity: [{ high: { atRisk: "10.00" } }, { critical: { atRisk: "1000.00" } }, low]
`;

test('everything that is wrong is listed at once, with what to write, and exits with 2', async () => {
  const { code, stdout } = await check(BROKEN);
  expect(code).toBe(2);
  expect(stdout).toContain('cannot be used: 6 problems');
  for (const line of [
    /^ {2}tolerance usd: is not an ISO 4217 currency: write USD$/m,
    /^ {2}tolerance EUR absolute: write 0 or a positive decimal string such as "0\.01"$/m,
    /^ {2}timing payment: write a number and s, m, h or d, such as 3h or 10d$/m,
    /^ {2}keyless window: is longer than lookBack/m,
    /^ {2}ignore line 2: never holds: .*line 1 \("nothing"\)/m,
    /^ {2}severity line 2: never holds: line 1 \(high\)/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  const json = await check(BROKEN, '--json');
  expect(json.code).toBe(2);
  expect(JSON.parse(json.stdout)).toMatchObject({ usable: false, hash: null, rules: null });
});

test('what is typed wrong exits with 2 and says what to type', async () => {
  const unclosed = await check('tolerance: { USD: ');
  expect(unclosed).toMatchObject({ code: 2, stderr: expect.stringContaining('is not YAML') });
  const twice = await check('groups: true\ngroups: false\n');
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('is not YAML: Map keys must be unique') });
  const nowhere = await recon(['rules', 'check', join(folder, 'nowhere.yaml')]);
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
  const noRow = await recon(['rules', 'explain', 'ch_1']);
  expect(noRow).toMatchObject({ code: 2, stderr: expect.stringContaining('stripe/us/processor/ch_123') });
});

test.each(['check', 'explain'])('--help of %s teaches by examples', async (verb) => {
  const { code, stdout } = await recon(['rules', verb, '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Examples:');
  expect(stdout).toContain(`npm run recon -- rules ${verb}`);
});
