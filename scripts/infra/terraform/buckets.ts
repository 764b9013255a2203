// Is every bucket closed to the public, encrypted, versioned, reached by TLS only, and is evidence locked for seven years in production?
import type { InfraCheck } from '../check.ts';
import { scopeOf, valueIn } from './scope.ts';
import { type Statement, statementsIn } from './statements.ts';
import {
  type Body,
  blocks,
  type Resource,
  readTerraform,
  record,
  resourcesOfType,
  type TerraformModule,
  type TerraformTree,
} from './tree.ts';

const CLOSED = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];
// S3 delivers server access logs only to buckets encrypted by its own keys.
const BY_S3_KEY = new Set(['access_logs']);
// Arguments of the bucket itself, from before they were resources.
const OLD_WAYS = ['acl', 'grant', 'website', 'policy', 'cors_rule'];
const EVIDENCE_DAYS_MIN = 2_557;

export function terraformBuckets(root: string): InfraCheck {
  return {
    name: 'terraform buckets',
    run: async () => {
      const tree = await readTerraform(root);
      const problems: string[] = [];
      let buckets = 0;
      for (const module of tree.modules.values()) {
        for (const bucket of resourcesOfType(module, 'aws_s3_bucket')) {
          buckets += 1;
          const { file, name } = bucket;
          problems.push(...problemsOfBucket(module, bucket).map((problem) => `${file}: bucket ${name}: ${problem}`));
        }
      }
      problems.push(...problemsOfLock(tree));
      return { checked: `${buckets} kinds of bucket, object lock of evidence`, problems };
    },
  };
}

function problemsOfBucket(module: TerraformModule, { name, body: bucket }: Resource): string[] {
  // Of this bucket, and of each where there are many: not of some of them, nor only sometimes.
  const about = (type: string) =>
    resourcesOfType(module, type).find(
      ({ body }) => isOf(body.bucket, name) && !('count' in body) && String(body.for_each) === String(bucket.for_each),
    )?.body;
  const problems: string[] = [];
  for (const argument of OLD_WAYS) {
    if (argument in bucket) problems.push(`${argument}: access is decided by its access block and policy only`);
  }
  if (bucket.force_destroy === true) problems.push('force_destroy: terraform destroy would empty it');
  const access = about('aws_s3_bucket_public_access_block');
  for (const setting of CLOSED)
    if (access?.[setting] !== true) problems.push(`could be public: ${setting} is not true`);
  if (ruleOf(about('aws_s3_bucket_ownership_controls'))?.object_ownership !== 'BucketOwnerEnforced') {
    problems.push('ACLs count: object_ownership is not BucketOwnerEnforced');
  }
  if (blocks(about('aws_s3_bucket_versioning')?.versioning_configuration)[0]?.status !== 'Enabled')
    problems.push('is not versioned');
  const encryption = blocks(
    ruleOf(about('aws_s3_bucket_server_side_encryption_configuration'))?.apply_server_side_encryption_by_default,
  )[0];
  const isEncrypted = BY_S3_KEY.has(name)
    ? encryption?.sse_algorithm === 'AES256'
    : encryption?.sse_algorithm === 'aws:kms' && typeof encryption.kms_master_key_id === 'string';
  if (!isEncrypted) problems.push('is not encrypted by a key of ours');
  const statements = statementsOfPolicy(module, about('aws_s3_bucket_policy')?.policy);
  if (!BY_S3_KEY.has(name)) problems.push(...otherEncryption(statements, encryption?.kms_master_key_id));
  const blocked = ruleOf(about('aws_s3_bucket_server_side_encryption_configuration'))?.blocked_encryption_types;
  if (!BY_S3_KEY.has(name) && String(blocked) !== 'SSE-C') problems.push('takes keys that only the sender knows');
  if (!statements.some((statement) => refusesPlain(statement, name))) {
    problems.push('answers without TLS: its policy does not deny aws:SecureTransport false on bucket and objects');
  }
  return problems;
}

// What a put may ask for, by header: only KMS, and of its keys only the bucket's own.
function otherEncryption(statements: readonly Statement[], key: unknown): string[] {
  const refused = (header: string, but: unknown) =>
    statements.some(
      ({ allows, actions, conditions }) =>
        !allows &&
        actions.includes('s3:PutObject') &&
        conditions.length === 2 &&
        conditions.some(
          ({ test, variable, values }) =>
            test === 'StringNotEquals' && variable === header && String(values) === String(but),
        ) &&
        conditions.some(
          ({ test, variable, values }) => test === 'Null' && variable === header && String(values) === 'false',
        ),
    );
  const header = 's3:x-amz-server-side-encryption';
  return [
    ...(refused(header, 'aws:kms') ? [] : ['takes objects encrypted by S3’s own keys']),
    ...(refused(`${header}-aws-kms-key-id`, key) ? [] : ['takes objects encrypted by a key of somebody else']),
  ];
}

function isOf(bucket: unknown, name: string): boolean {
  return new RegExp(`^\\$\\{aws_s3_bucket\\.${name}(\\[[^\\]]+\\])?\\.id\\}$`).test(String(bucket));
}

function ruleOf(body: Body | undefined): Body | undefined {
  return blocks(body?.rule)[0];
}

function statementsOfPolicy(module: TerraformModule, policy: unknown): Statement[] {
  const document = /data\.aws_iam_policy_document\.(\w+)/.exec(String(policy))?.[1];
  return module.resources
    .filter(({ type, name }) => type === 'aws_iam_policy_document' && name === document)
    .flatMap(({ name, body }) => statementsIn(module, name, body));
}

function refusesPlain({ allows, actions, resources, principals, conditions }: Statement, bucket: string): boolean {
  const arns = resources.filter((resource) => resource.includes(`aws_s3_bucket.${bucket}`));
  return (
    !allows &&
    actions.includes('s3:*') &&
    arns.some((arn) => arn.endsWith('/*')) &&
    arns.some((arn) => arn.endsWith('.arn}')) &&
    principals.some(({ type, identifiers }) => type === '*' && identifiers.includes('*')) &&
    conditions.length === 1 &&
    conditions.some(
      ({ test, variable, values }) =>
        test === 'Bool' && variable === 'aws:SecureTransport' && String(values) === 'false',
    )
  );
}

function problemsOfLock(tree: TerraformTree): string[] {
  const { module, ...inProduction } = scopeOf(tree, 'environments/prod', ['recon', 'buckets']);
  const lock = resourcesOfType(module, 'aws_s3_bucket_object_lock_configuration').find(({ body }) =>
    String(body.bucket).includes('evidence'),
  );
  const retention = lock?.body.count === undefined ? blocks(ruleOf(lock?.body)?.default_retention)[0] : undefined;
  const problems: string[] = [];
  if (retention?.mode !== 'COMPLIANCE')
    problems.push('evidence: object lock is not COMPLIANCE: an administrator could delete it');
  const days = valueIn({ module, ...inProduction }, retention?.days);
  if (typeof days !== 'number' || days < EVIDENCE_DAYS_MIN) {
    problems.push(
      `evidence: kept ${String(days)} days in production, less than seven years (${EVIDENCE_DAYS_MIN} days)`,
    );
  }
  const bucket = resourcesOfType(module, 'aws_s3_bucket').find(({ name }) =>
    String(lock?.body.bucket).includes(`aws_s3_bucket.${name}[`),
  );
  const evidence = record(record(module.locals.get('buckets')).evidence);
  const lockDays = valueIn({ module, ...inProduction }, evidence.lock_days);
  if (typeof lockDays !== 'number' || lockDays <= 0) problems.push('evidence: lock_days is not above zero');
  const expiring = resourcesOfType(module, 'aws_s3_bucket_lifecycle_configuration')
    .filter(({ body }) => String(body.bucket).includes('evidence'))
    .flatMap(({ body }) => blocks(body.rule))
    .filter((rule) => 'expiration' in rule || 'noncurrent_version_expiration' in rule);
  if (expiring.length > 0) problems.push('evidence: its lifecycle lets it expire');
  if (!/^\$\{each\.value\.lock_days > 0\}$/.test(String(bucket?.body.object_lock_enabled))) {
    problems.push('evidence: its bucket is made without object lock');
  }
  return problems;
}
