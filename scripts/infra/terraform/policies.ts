// Does every policy say what it allows, to whom and on what, without wildcards? Each exception stands here with its reason, and one that
// is not needed any more is a problem too.
import type { InfraCheck } from '../check.ts';
import { type Statement, statementsOf } from './statements.ts';
import { readTerraform, resourcesOfType, type TerraformModule, type TerraformTree, textsIn } from './tree.ts';

const REASONS: Readonly<Record<string, string>> = {
  'modules/kms key AccountDecidesByIam':
    'without it nobody could change the key’s policy; in a key’s policy * is the key',
  'modules/kms key CloudWatchLogs': 'in a key’s policy * is the key',
  'modules/kms key AlarmsToTopic': 'in a key’s policy * is the key',
  'modules/task execution RegistryLogin': 'logging in to ECR has no resource',
  'modules/ci-oidc deploy RegistryLogin': 'logging in to ECR has no resource',
  'modules/ci-oidc deploy TaskDefinitions': 'neither action has a resource; PassRole and RunTask name theirs',
  'modules/network flow FindFlow': 'to list log groups has no resource',
  'modules/network s3 OurBuckets': 'of an endpoint: whoever is of our account; who may do what is said by roles',
  'modules/network s3 LayersOfImages': 'of an endpoint: ECR signs the links to layers itself',
};

// By AWS' documents, EventBridge sends no account with what it does to a topic, nor does whoever brings alarms with what it does to the topic's
// key: a condition would refuse all of it, without a word.
const SERVICES_OF_ANY_ACCOUNT = new Set(['modules/kms key AlarmsToTopic', 'modules/observability topic Events']);

// What nobody of ours ever needs: it destroys, widens rights, or undoes a lock.
const NEVER =
  /^(s3:(Delete|Bypass|PutBucket|PutObjectLegalHold)|kms:(ScheduleKeyDeletion|DisableKey|PutKeyPolicy)|iam:(?!PassRole$)|sts:AssumeRole\*|rds:DeleteDBInstance|secretsmanager:(Delete|Put|Update))/;

// And who may all the same: one secret, and nothing beside it.
const WRITES_ONE_SECRET = {
  where: 'modules/stack codec_keys KeepDataKeys',
  action: 'secretsmanager:PutSecretValue',
  resource: `\${module.secrets.arns["codec-keys"]}`,
};

// Ways to rights that are written somewhere else, or last for ever.
const TYPES_NEVER = new Set([
  'aws_iam_role_policy_attachment',
  'aws_iam_policy_attachment',
  'aws_iam_role_policy_attachments_exclusive',
  'aws_iam_group_policy_attachment',
  'aws_iam_user_policy_attachment',
  'aws_iam_user',
  'aws_iam_user_policy',
  'aws_iam_access_key',
  'aws_s3_bucket_acl',
]);

export function terraformPolicies(root: string): InfraCheck {
  return {
    name: 'terraform policies',
    run: async () => {
      const tree = await readTerraform(root);
      const statements = statementsOf(tree);
      const needed = new Set<string>();
      const problems = [
        ...statements.flatMap((statement) => problemsOf(statement, needed)),
        ...[...tree.modules.values()].flatMap(policiesWrittenElsewhere),
        ...servicesWithoutAccount(statements),
        ...pipelineTrust(tree, statements),
      ];
      for (const where of Object.keys(REASONS)) {
        if (!needed.has(where)) problems.push(`${where}: its exception is not needed any more`);
      }
      const checked = `${statements.length} statements, ${needed.size} with a reasoned wildcard`;
      return { checked, problems };
    },
  };
}

function problemsOf(statement: Statement, needed: Set<string>): string[] {
  const { where, allows, hasSid, actions, resources, principals, negated } = statement;
  const wrong: string[] = [];
  if (!hasSid) wrong.push('has no sid');
  if (negated) wrong.push('says what it is not about: whatever AWS adds would be in it');
  if (allows) {
    const wildcards = [
      ...actions.filter((action) => action.includes('*')).map((action) => `allows ${action}`),
      ...resources.filter(isAnything).map((on) => `is about ${on}`),
      ...principals.flatMap(({ identifiers }) =>
        identifiers.filter((who) => who === '*' || /^arn:[^$]*\*/.test(who)).map(() => 'is for everybody'),
      ),
    ];
    wrong.push(
      ...principals
        .flatMap(({ identifiers }) => identifiers)
        .filter((who) => /^(?:\d{12}$|arn:aws[\w-]*:\w+::\d{12}:)/.test(who))
        .map((who) => `trusts ${who}: an account of ours is a variable, and nobody else's is trusted`),
    );
    if (wildcards.length > 0 && where in REASONS) needed.add(where);
    else wrong.push(...wildcards);
    wrong.push(
      ...actions
        .filter((action) => NEVER.test(action) && !writesOneSecret(statement))
        .map((action) => `allows ${action}, which nobody needs`),
    );
    if (actions.includes('iam:PassRole') && !hasCondition(statement, 'iam:PassedToService')) {
      wrong.push('passes roles to any service: add a condition on iam:PassedToService');
    }
  }
  return wrong.map((problem) => `${where}: ${problem}`);
}

function writesOneSecret({ where, actions, resources }: Statement): boolean {
  const written = JSON.stringify({ where, action: actions.join(), resource: resources.join() });
  return written === JSON.stringify(WRITES_ONE_SECRET);
}

/** Of an account, a region or a kind of things: all there are, whatever stands in the variables before. */
function isAnything(resource: string): boolean {
  const written = resource.replaceAll(/\$\{[^}]*\}/g, 'x');
  return written === '*' || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[\w-]+[:/])?\*/.test(written);
}

function hasCondition({ conditions }: Statement, variable: string): boolean {
  return conditions.some((condition) => condition.variable === variable);
}

/** So that every right is in a document, and so under the rules above. */
function policiesWrittenElsewhere({ path, resources, calls }: TerraformModule): string[] {
  const written = resources
    .filter(({ type }) => type !== 'aws_ecr_lifecycle_policy' && type !== 'aws_iam_policy_document')
    .flatMap(({ body, file, type, name }) =>
      ['policy', 'assume_role_policy', 'inline_policy'].flatMap((argument) =>
        argument in body && !fromDocument(body[argument])
          ? [`${file}: ${type}.${name}.${argument}: write it as aws_iam_policy_document`]
          : [],
      ),
    );
  const given = [...calls].flatMap(([name, call]) =>
    'policies' in call && !fromDocument(call.policies)
      ? [`${path}: module ${name}: policies are no aws_iam_policy_document`]
      : [],
  );
  const never = resources
    .filter(({ type }) => TYPES_NEVER.has(type))
    .map(({ file, type, name }) => `${file}: ${type}.${name}: rights by this way are not allowed`);
  return [...written, ...given, ...never];
}

function fromDocument(value: unknown): boolean {
  return textsIn(value).every((text) =>
    /^\$\{(data\.aws_iam_policy_document\.\w+(\[each\.key\])?\.json|each\.value)\}$/.test(text),
  );
}

/** AWS' services act for other accounts too: a role or bucket that does not name the account serves them all (confused deputy). */
function servicesWithoutAccount(statements: readonly Statement[]): string[] {
  return statements
    .filter(({ allows, principals }) => allows && principals.some(({ type }) => type === 'Service'))
    .filter(({ where }) => !SERVICES_OF_ANY_ACCOUNT.has(where))
    .filter(
      (statement) =>
        !hasCondition(statement, 'aws:SourceAccount') && !hasCondition(statement, 'kms:EncryptionContext:aws:logs:arn'),
    )
    .map(({ where }) => `${where}: serves a service for any account: add a condition on aws:SourceAccount`);
}

/** One repository and one environment of it may come in by OIDC. */
function pipelineTrust(tree: TerraformTree, statements: readonly Statement[]): string[] {
  const subject = 'token.actions.githubusercontent.com:sub';
  const federated = statements.filter(({ principals }) => principals.some(({ type }) => type === 'Federated'));
  const unnamed = federated
    .filter(({ conditions }) => !says(conditions, subject, /^repo:[^*:]+:environment:[^*:]+$/))
    .map(
      ({ where }) =>
        `${where}: must name one repository and environment (${subject}, StringEquals, no *) in ${tree.root}`,
    );
  const audience = 'token.actions.githubusercontent.com:aud';
  const anybody = federated
    .filter(({ conditions }) => !says(conditions, audience, /^sts\.amazonaws\.com$/))
    .map(
      ({ where }) => `${where}: takes tokens that were made for others (${audience}, StringEquals, sts.amazonaws.com)`,
    );
  const clients = [...tree.modules.values()]
    .flatMap((module) => resourcesOfType(module, 'aws_iam_openid_connect_provider'))
    .filter(({ body }) => String(body.client_id_list) !== 'sts.amazonaws.com')
    .map(({ file, name }) => `${file}: ${name}: client_id_list is not sts.amazonaws.com alone`);
  return [...unnamed, ...anybody, ...clients];
}

/** By StringEquals, one value. */
function says(conditions: Statement['conditions'], wanted: string, value: RegExp): boolean {
  return conditions.some(
    ({ test, variable, values }) =>
      test === 'StringEquals' &&
      variable === wanted &&
      Array.isArray(values) &&
      values.length === 1 &&
      value.test(String(values[0]).replaceAll(/\$\{[^}]*\}/g, 'x')),
  );
}
