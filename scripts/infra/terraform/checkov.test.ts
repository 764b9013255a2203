// checkov is a program of its own (node:child_process), installed once per machine.
import { expect, test } from '@jest/globals';
import { terraformActions } from './actions.ts';
import { terraformCheckov } from './checkov.ts';
import { problemsAfter } from './for-tests.ts';

test('terraform/ as it is passes, every skipped rule with its reason', async () => {
  expect((await terraformCheckov('terraform').run()).problems).toEqual([]);
});

test('a public bucket is found, and a rule skipped without a reason or for nothing', async () => {
  const bucket = {
    file: 'modules/buckets/main.tf',
    from: 'block_public_acls       = true',
    to: 'block_public_acls       = false',
  };
  expect(await problemsAfter(terraformCheckov, bucket)).toContainEqual(
    expect.stringMatching(/^CKV_AWS_53 .*aws_s3_bucket_public_access_block\.this/),
  );
  const skips = { file: 'checkov.yaml', from: 'skip-check:', to: 'skip-check:\n  - CKV_AWS_20\n' };
  expect(await problemsAfter(terraformCheckov, skips)).toEqual([
    'checkov.yaml: CKV_AWS_20 is skipped without a reason',
    'checkov.yaml: CKV_AWS_20 finds nothing any more: do not skip it',
  ]);
});

test('every action, resource and condition is one that AWS knows', async () => {
  expect((await terraformActions('terraform').run()).problems).toEqual([]);
});

test.each([
  [
    'a misspelt action',
    'stack/policies.tf',
    's3:PutObjectRetention"',
    's3:PutObjectsRetention"',
    'AWS knows no s3:PutObjectsRetention',
  ],
  [
    'a condition that never holds',
    'stack/policies.tf',
    'ses:FromAddress',
    'ses:From',
    'AWS fills in no ses:From for these actions',
  ],
  [
    'a resource where there is none',
    'task/roles.tf',
    '["ecr:GetAuthorizationToken"]\n    resources = ["*"]',
    '["ecr:GetAuthorizationToken"]\n    resources = [var.repository_arn]',
    'ecr:GetAuthorizationToken knows no resources',
  ],
])('%s is found', async (_, file, from, to, problem) => {
  expect(await problemsAfter(terraformActions, { file: `modules/${file}`, from, to })).toContainEqual(
    expect.stringContaining(problem),
  );
});
