// Is everything that keeps or carries data encrypted, by keys of ours that are renewed, and does no secret's value stand in a state?
import type { InfraCheck } from '../check.ts';
import { statementsOf } from './statements.ts';
import {
  blocks,
  type Resource,
  readTerraform,
  record,
  type TerraformModule,
  type TerraformTree,
  textsIn,
} from './tree.ts';

/** Gives the problem, or undefined. */
type Rule = (resource: Resource) => string | undefined;

function key(argument: string): Rule {
  return ({ body }) => {
    const value = body[argument];
    return typeof value === 'string' && value.startsWith('${') ? undefined : `${argument} names no key`;
  };
}

function is(argument: string, wanted: unknown): Rule {
  return ({ body }) => (body[argument] === wanted ? undefined : `${argument} is not ${String(wanted)}`);
}

function atLeast(argument: string, least: number): Rule {
  return ({ body }) =>
    body[argument] === undefined || Number(body[argument]) >= least ? undefined : `${argument} is below ${least}`;
}

function inside(block: string, argument: string, wanted: unknown): Rule {
  return ({ body }) =>
    blocks(body[block])[0]?.[argument] === wanted ? undefined : `${block}.${argument} is not ${String(wanted)}`;
}

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  aws_backup_vault: [key('kms_key_arn')],
  aws_cloudwatch_log_group: [key('kms_key_id')],
  aws_db_instance: [
    is('storage_encrypted', true),
    key('kms_key_id'),
    key('performance_insights_kms_key_id'),
    key('master_user_secret_kms_key_id'),
  ],
  aws_ecr_repository: [inside('encryption_configuration', 'encryption_type', 'KMS')],
  aws_kms_key: [is('enable_key_rotation', true)],
  aws_scheduler_schedule: [key('kms_key_arn')],
  aws_secretsmanager_secret: [key('kms_key_id'), atLeast('recovery_window_in_days', 7)],
  aws_sesv2_configuration_set: [inside('delivery_options', 'tls_policy', 'REQUIRE')],
  aws_sns_topic: [key('kms_master_key_id')],
};

const SECRET_NAME = /(?:password|passphrase|private_key|api_key|token|secret)$/;
// A value in one of these would stand in the state, readable by whoever plans.
const SECRET_VALUES = new Set([
  'aws_secretsmanager_secret_version',
  'aws_secretsmanager_random_password',
  'aws_ssm_parameter',
  'random_password',
  'tls_private_key',
]);
// Policies of what takes requests from outside of the VPC; the buckets' are checked with the buckets.
const TLS_ONLY = ['modules/observability topic', 'modules/secrets secret'];

export function terraformEncryption(root: string): InfraCheck {
  return {
    name: 'terraform encryption',
    run: async () => {
      const tree = await readTerraform(root);
      const modules = [...tree.modules.values()];
      const all = modules.flatMap((module) => module.resources);
      const resources = all.filter(({ kind }) => kind === 'resource');
      const addresses = modules.flatMap(addressesIn);
      const problems = [
        ...all.flatMap(problemsOf),
        ...modules.flatMap(plainState),
        ...modules.flatMap(secretDefaults),
        ...plainRequests(tree),
        ...addresses
          .filter((address) => !address.includes('?sslmode=verify-full&sslrootcert='))
          .map((address) => `${address.slice(0, 40)}…: is not reached by verify-full`),
      ];
      const ruled = resources.filter(({ type }) => type in RULES).length;
      return { checked: `${ruled} resources, ${addresses.length} addresses of databases`, problems };
    },
  };
}

function problemsOf(resource: Resource): string[] {
  const { kind, type, name, file } = resource;
  const inState = SECRET_VALUES.has(type) ? ['its value would stand in the state'] : [];
  const broken = (kind === 'resource' ? (RULES[type] ?? []) : []).flatMap((rule) => rule(resource) ?? []);
  return [...inState, ...broken].map((problem) => `${file}: ${type}.${name}: ${problem}`);
}

function plainState({ path, settings }: TerraformModule): string[] {
  if (!path.startsWith('environments/')) return [];
  const state = blocks(record(settings.backend).s3)[0];
  return state?.encrypt === true ? [] : [`${path}: the state is not encrypted`];
}

function secretDefaults({ path, variables }: TerraformModule): string[] {
  return [...variables]
    .filter(([name, body]) => SECRET_NAME.test(name) && typeof body.default === 'string' && body.default !== '')
    .map(([name]) => `${path}: the variable ${name} has a secret as its default: name a secret of Secrets Manager`);
}

function plainRequests(tree: TerraformTree): string[] {
  const refusing = statementsOf(tree)
    .filter(({ allows, conditions }) => !allows && conditions.some(isPlain))
    .map(({ where }) => where);
  return TLS_ONLY.filter((policy) => !refusing.some((where) => where.startsWith(`${policy} `))).map(
    (policy) => `${policy}: does not deny what comes without TLS`,
  );
}

function isPlain({ test, variable, values }: { test: string; variable: string; values: unknown }): boolean {
  return test === 'Bool' && variable === 'aws:SecureTransport' && String(values) === 'false';
}

function addressesIn({ outputs, locals, resources }: TerraformModule): string[] {
  const texts = textsIn([[...outputs.values()], [...locals.values()], resources.map(({ body }) => body)]);
  return texts.filter((text) => text.includes('postgres://'));
}
