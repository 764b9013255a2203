import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { defaultRuleSet } from '../domain/rule-set.ts';
import { ruleSetProblems } from '../domain/rule-set-problems.ts';
import { loadRuleSet } from './config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-load-rules-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(text: string): Promise<string> {
  const file = join(folder, 'rules.yaml');
  await writeFile(file, text);
  return file;
}

const BROKEN = `
groups: maybe
tolerance: { usd: { absolute: "0.01" }, JPY: { absolute: "0.01" }, EUR: { percent: "1", cap: "0.50", absolute: "1.00" } }
ignore: [{ when: {}, reason: all }]
severity: [low, high]
`;

test('rules that contradict themselves are refused with all that recon rules check says', async () => {
  const said = [
    'groups: Invalid input: expected boolean, received string',
    'tolerance.usd: is not an ISO 4217 currency: write USD',
    'tolerance.JPY: "0.01" has 2 decimals, JPY has 0',
    'tolerance.EUR: cap "0.50" is below absolute "1.00"',
    'ignore.0.when: would ignore every row: say which, such as { testMode: true }',
    'severity.0: always holds: no line below it is ever read',
  ];
  expect(ruleSetProblems(parse(BROKEN)).map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(said);
  await expect(loadRuleSet(await fileOf(BROKEN))).rejects.toMatchObject({ problems: said });
});

test('a rules file without rules is the default set', async () => {
  expect(await loadRuleSet(await fileOf('# nothing yet\n'))).toEqual(defaultRuleSet());
});
