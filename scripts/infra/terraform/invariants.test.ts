import { describe, expect, test } from '@jest/globals';
import { terraformBuckets } from './buckets.ts';
import { terraformEncryption } from './encryption.ts';
import { problemsAfter } from './for-tests.ts';
import { terraformPolicies } from './policies.ts';

const BUCKETS = 'modules/buckets/main.tf';
const DATABASE = 'modules/database/main.tf';
const POLICIES = 'modules/stack/policies.tf';
const PROD = 'environments/prod/main.tf';

describe('policies', () => {
  test.each([
    [
      'a wildcard of actions',
      { file: POLICIES, from: '"s3:GetObject", "s3:PutObject"]', to: '"s3:*"]' },
      'worker WriteAndReadReports: allows s3:*',
    ],
    [
      'a part of a wildcard',
      { file: POLICIES, from: '"ses:SendRawEmail"', to: '"ses:Send*"' },
      'send_mail SendAsOurselves: allows ses:Send*',
    ],
    [
      'a wildcard of resources',
      { file: POLICIES, from: 'values(module.secrets.arns)', to: '["*"]' },
      'read_secrets ReadSecrets: is about *',
    ],
    [
      'everybody',
      {
        file: 'modules/observability/topic.tf',
        from: 'type        = "Service"\n      identifiers = ["cloudwatch.amazonaws.com", "ses.amazonaws.com"]',
        to: 'type = "*"\n identifiers = ["*"]',
      },
      'is for everybody',
    ],
    [
      'a right to delete',
      { file: POLICIES, from: '"s3:PutObjectRetention"]', to: '"s3:DeleteObject"]' },
      'allows s3:DeleteObject, which nobody needs',
    ],
    [
      'a right to get round a lock',
      { file: POLICIES, from: '"s3:PutObjectRetention"]', to: '"s3:BypassGovernanceRetention"]' },
      'which nobody needs',
    ],
    [
      'rights by exclusion',
      {
        file: POLICIES,
        from: 'actions   = ["ses:SendEmail", "ses:SendRawEmail"]',
        to: 'not_actions = ["s3:PutObject"]',
      },
      'says what it is not about',
    ],
    [
      'a role passed to any service',
      { file: 'modules/watchdog/main.tf', from: 'iam:PassedToService', to: 'iam:ResourceTag' },
      'passes roles to any service',
    ],
    [
      'a role for a service of any account',
      { file: 'modules/backup/main.tf', from: 'aws:SourceAccount', to: 'aws:PrincipalTag' },
      'serves a service for any account',
    ],
    [
      'any branch of the repository',
      { file: 'modules/ci-oidc/main.tf', from: ':environment:', to: ':*' },
      'must name one repository and environment',
    ],
    [
      'everything of a kind',
      { file: POLICIES, from: 'values(module.secrets.arns)', to: '["arn:aws:secretsmanager:*:*:secret:*"]' },
      'is about arn:aws:secretsmanager:*:*:secret:*',
    ],
    [
      'another account',
      {
        file: 'modules/task/roles.tf',
        from: '"Service"\n      identifiers = ["ecs-tasks.amazonaws.com"]',
        to: '"AWS"\n identifiers = ["arn:aws:iam::999988887777:root"]',
      },
      'trusts arn:aws:iam::999988887777:root',
    ],
    [
      'tokens made for others',
      { file: 'modules/ci-oidc/main.tf', from: 'githubusercontent.com:aud', to: 'githubusercontent.com:actor' },
      'takes tokens that were made for others',
    ],
    [
      'a policy in a string',
      {
        file: 'modules/watchdog/main.tf',
        from: 'policy = data.aws_iam_policy_document.schedule.json',
        to: 'policy = jsonencode({})',
      },
      'write it as aws_iam_policy_document',
    ],
    [
      'a policy of AWS',
      {
        file: DATABASE,
        from: 'resource "aws_iam_role_policy" "monitoring"',
        to: 'resource "aws_iam_role_policy_attachment" "monitoring"',
      },
      'rights by this way are not allowed',
    ],
    [
      'a right to write every secret',
      {
        file: POLICIES,
        from: 'resources = [module.secrets.arns["codec-keys"]]',
        to: 'resources = values(module.secrets.arns)',
      },
      'codec_keys KeepDataKeys: allows secretsmanager:PutSecretValue, which nobody needs',
    ],
    [
      'a worker that writes a secret',
      { file: POLICIES, from: '"secretsmanager:GetSecretValue"]', to: '"secretsmanager:PutSecretValue"]' },
      'read_secrets ReadSecrets: allows secretsmanager:PutSecretValue, which nobody needs',
    ],
    [
      'an exception that is not needed',
      {
        file: 'modules/task/roles.tf',
        from: '"ecr:GetAuthorizationToken"]\n    resources = ["*"]',
        to: '"ecr:GetAuthorizationToken"]\n    resources = [var.repository_arn]',
      },
      'its exception is not needed any more',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformPolicies, change)).toContainEqual(expect.stringContaining(problem));
  });
});

describe('buckets', () => {
  test.each([
    [
      'a public bucket',
      { file: BUCKETS, from: 'block_public_policy     = true', to: 'block_public_policy     = false' },
      'bucket this: could be public: block_public_policy is not true',
    ],
    [
      'a bucket whose access nobody blocks',
      { file: BUCKETS, from: 'aws_s3_bucket_public_access_block" "this"', to: 'aws_s3_bucket_notification" "this"' },
      'could be public',
    ],
    [
      'a bucket encrypted by S3’s key',
      { file: BUCKETS, from: 'sse_algorithm     = "aws:kms"', to: 'sse_algorithm     = "AES256"' },
      'bucket this: is not encrypted by a key of ours',
    ],
    [
      'a bucket that keeps no versions',
      { file: BUCKETS, from: 'status = "Enabled"', to: 'status = "Suspended"' },
      'bucket this: is not versioned',
    ],
    [
      'objects under a key of somebody else',
      {
        file: BUCKETS,
        from: '-aws-kms-key-id"\n      values   = [each',
        to: '-aws-kms-key-id"\n      values   = ["*", each',
      },
      'takes objects encrypted by a key of somebody else',
    ],
    [
      'objects under S3’s own keys',
      { file: BUCKETS, from: 'values   = ["aws:kms"]', to: 'values   = ["aws:kms", "AES256"]' },
      'takes objects encrypted by S3’s own keys',
    ],
    [
      'objects under a key that nobody keeps',
      { file: BUCKETS, from: 'blocked_encryption_types = ["SSE-C"]', to: 'blocked_encryption_types = ["NONE"]' },
      'takes keys that only the sender knows',
    ],
    ['a bucket whose ACLs count', { file: BUCKETS, from: 'BucketOwnerEnforced', to: 'ObjectWriter' }, 'ACLs count'],
    [
      'a bucket that answers without TLS',
      { file: BUCKETS, from: 'variable = "aws:SecureTransport"', to: 'variable = "aws:SecureTransports"' },
      'bucket this: answers without TLS',
    ],
    [
      'objects that are given without TLS',
      {
        file: BUCKETS,
        from: '[each.key].arn}/*"]',
        to: '[each.key].arn}"]',
      },
      'bucket this: answers without TLS',
    ],
    [
      'a lock that administrators undo',
      { file: BUCKETS, from: 'mode = "COMPLIANCE"', to: 'mode = "GOVERNANCE"' },
      'object lock is not COMPLIANCE',
    ],
    [
      'evidence without a lock',
      { file: BUCKETS, from: 'each.value.lock_days > 0', to: 'each.value.lock_days > 9999' },
      'made without object lock',
    ],
    [
      'a block for some of the buckets',
      { file: BUCKETS, from: '{\n  for_each                = local.buckets', to: '{\n  for_each = { reports = 1 }' },
      'bucket this: could be public',
    ],
    [
      'a bucket with an ACL',
      { file: BUCKETS, from: 'force_destroy       = false', to: 'acl = "public-read"' },
      'acl: access is decided by its access block and policy only',
    ],
    [
      'evidence that expires',
      {
        file: BUCKETS,
        from: '    transition {',
        to: '    noncurrent_version_expiration {\n noncurrent_days = 1\n }\n transition {',
      },
      'its lifecycle lets it expire',
    ],
    [
      'evidence for a year',
      { file: PROD, from: 'evidence_retention_days = 2557', to: 'evidence_retention_days = 365' },
      'kept 365 days in production',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformBuckets, change)).toContainEqual(expect.stringContaining(problem));
  });
});

describe('encryption', () => {
  test.each([
    [
      'a database on plain disks',
      { file: DATABASE, from: 'storage_encrypted     = true', to: 'storage_encrypted     = false' },
      'storage_encrypted is not true',
    ],
    [
      'logs without a key',
      { file: 'modules/task/main.tf', from: '  kms_key_id        = var.log_key_arn\n', to: '' },
      'aws_cloudwatch_log_group.this: kms_key_id names no key',
    ],
    [
      'a key that is never renewed',
      { file: 'modules/kms/main.tf', from: 'enable_key_rotation     = true', to: 'enable_key_rotation     = false' },
      'enable_key_rotation is not true',
    ],
    [
      'mail sent in plain',
      { file: 'modules/mail/main.tf', from: '"REQUIRE"', to: '"OPTIONAL"' },
      'tls_policy is not REQUIRE',
    ],
    [
      'an address without verify-full',
      { file: 'modules/database/outputs.tf', from: 'sslmode=verify-full', to: 'sslmode=require' },
      'is not reached by verify-full',
    ],
    [
      'a plain state',
      { file: 'environments/prod/versions.tf', from: 'encrypt      = true', to: 'encrypt      = false' },
      'environments/prod: the state is not encrypted',
    ],
    [
      'a secret’s value',
      {
        file: 'modules/secrets/main.tf',
        from: '"aws_secretsmanager_secret_rotation"',
        to: '"aws_secretsmanager_secret_version"',
      },
      'its value would stand in the state',
    ],
    [
      'a topic that takes what comes in plain',
      { file: 'modules/observability/topic.tf', from: 'values   = ["false"]', to: 'values   = ["true"]' },
      'modules/observability topic: does not deny',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformEncryption, change)).toContainEqual(expect.stringContaining(problem));
  });
});
