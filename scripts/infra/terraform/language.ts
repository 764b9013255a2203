// Are the arguments of Terraform's own blocks (variable, output, terraform, lifecycle, dynamic) ones that the language has? Pure.
import { type Body, blocks, record, type TerraformModule } from './tree.ts';

const KINDS = 'resource data variable output locals module provider terraform moved removed import check ephemeral';
/** By block. A block whose name is not here is not looked into. */
const KNOWN: Readonly<Record<string, string>> = {
  variable: 'description type default validation sensitive nullable ephemeral',
  validation: 'condition error_message',
  output: 'description value sensitive ephemeral depends_on precondition',
  precondition: 'condition error_message',
  postcondition: 'condition error_message',
  terraform: 'required_version required_providers backend cloud provider_meta experiments',
  lifecycle:
    'create_before_destroy prevent_destroy ignore_changes replace_triggered_by precondition postcondition action_trigger',
  dynamic: 'for_each iterator labels content',
  // Of the state in S3.
  s3: `bucket key region encrypt kms_key_id use_lockfile dynamodb_table acl role_arn assume_role profile endpoints
    workspace_key_prefix allowed_account_ids forbidden_account_ids sse_customer_key shared_config_files
    shared_credentials_files skip_credentials_validation skip_region_validation skip_requesting_account_id
    skip_metadata_api_check skip_s3_checksum use_path_style use_fips_endpoint use_dualstack_endpoint max_retries
    assume_role_with_web_identity`,
};
// What is checked against a schema that we have.
const PROVIDERS: Readonly<Record<string, string>> = { aws: 'hashicorp/aws' };

export function languageProblems(module: TerraformModule): string[] {
  const { path, kinds, variables, outputs, resources, settings } = module;
  const own = [
    ...unknown(kinds, KINDS).map((kind) => `Terraform has no block ${kind}`),
    ...[...variables].flatMap(([name, body]) => inBlock('variable', body).map((wrong) => `variable ${name}: ${wrong}`)),
    ...[...outputs].flatMap(([name, body]) => [
      ...inBlock('output', body).map((wrong) => `output ${name}: ${wrong}`),
      ...('value' in body ? [] : [`output ${name}: value is missing`]),
    ]),
    ...resources.flatMap(({ type, name, body }) => inResource(body).map((wrong) => `${type}.${name}: ${wrong}`)),
    ...inBlock('terraform', settings).map((wrong) => `terraform: ${wrong}`),
    ...providerProblems(settings),
  ];
  return own.map((problem) => `${path}: ${problem}`);
}

function unknown(names: readonly string[], known: string): string[] {
  const words = known.split(/\s+/);
  return names.filter((name) => !words.includes(name));
}

/** Of a block, and of those of Terraform's own inside. */
function inBlock(kind: string, body: Body): string[] {
  return [
    ...unknown(Object.keys(body), KNOWN[kind] ?? '').map((name) => `${kind} has no argument ${name}`),
    ...['validation', 'precondition', 'postcondition'].flatMap((inner) =>
      blocks(body[inner]).flatMap((each) => inBlock(inner, each)),
    ),
    ...blocks(record(body.backend).s3).flatMap((each) => inBlock('s3', each)),
    ...Object.keys(record(body.backend))
      .filter((backend) => backend !== 's3')
      .map((backend) => `the state is kept by ${backend}, and not in S3, encrypted and locked`),
  ];
}

function inResource(body: Body): string[] {
  const dynamic = Object.values(record(body.dynamic)).flatMap(blocks);
  return [
    ...blocks(body.lifecycle).flatMap((each) => inBlock('lifecycle', each)),
    ...dynamic.flatMap((each) => [
      ...inBlock('dynamic', each),
      ...['for_each', 'content'].filter((name) => !(name in each)).map((name) => `dynamic: ${name} is missing`),
    ]),
  ];
}

function providerProblems(settings: Body): string[] {
  const required = blocks(settings.required_providers);
  const pinned = 'required_version' in settings ? [] : ['terraform: required_version is missing'];
  if (required.length === 0) return [...pinned, 'terraform: required_providers is missing'];
  return [
    ...pinned,
    ...required.flatMap(Object.entries).flatMap(([name, provider]) => {
      const { source } = record(provider);
      if (PROVIDERS[name] === undefined)
        return [`provider ${name}: its arguments are checked by nobody: we use ${Object.keys(PROVIDERS).join(', ')}`];
      const wrong = unknown(Object.keys(record(provider)), 'source version configuration_aliases');
      return [
        ...wrong.map((argument) => `provider ${name}: has no argument ${argument}`),
        ...(source === PROVIDERS[name]
          ? []
          : [`provider ${name}: comes from ${String(source)}, and not ${PROVIDERS[name]}`]),
      ];
    }),
  ];
}
