// Whether runs want approved rules is said once in the configuration, and reaches every account that the worker runs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { yamlForTests } from '../client/config-for-tests.ts';
import { composeAccounts } from './compose-accounts.ts';
import { loadConfig } from './config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-approval-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function approvalsOf(rules: string): Promise<unknown[]> {
  const path = join(folder, 'recon.yaml');
  await writeFile(path, `${yamlForTests({ temporal: '127.0.0.1:1' })}\n${rules}\n`);
  const config = await loadConfig(path, { DATABASE_URL: 'postgres://recon@db/recon', SMTP_URL: 'smtp://mail:25' });
  return [...composeAccounts(config).values()].map(({ rulesApproval }) => rulesApproval);
}

test.each([
  ['', 'off'],
  ['rules: { approval: off }', 'off'],
  ['rules: { approval: required }', 'required'],
])('with "%s" approval is %s for every account', async (rules, approval) => {
  expect(await approvalsOf(rules)).toEqual([approval, approval]);
});

test('a word that is neither is refused before anything runs', async () => {
  await expect(approvalsOf('rules: { approval: yes-please }')).rejects.toThrow(/rules\.approval: .*"required"/);
});
