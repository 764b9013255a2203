import { describe, expect, test } from '@jest/globals';
import { terraformArguments } from './arguments.ts';
import { terraformChecks } from './checks.ts';
import { terraformCommands } from './commands.ts';
import { terraformConfiguration } from './configuration.ts';
import { problemsAfter } from './for-tests.ts';
import { terraformFormat } from './format.ts';
import { terraformImage } from './image.ts';
import { terraformPipeline } from './pipeline.ts';
import { terraformReferences } from './references.ts';

const DATABASE = 'modules/database/main.tf';
const STACK = 'modules/stack/main.tf';
const CI = 'modules/ci-oidc/main.tf';

// Those that run a program have tests of their own.
const quick = terraformChecks().filter(({ name }) => !/ (checkov|actions|plan)$/.test(name));
test.each(quick)('$name finds nothing in terraform/ as it is', async (check) => {
  expect((await check.run()).problems).toEqual([]);
});

describe('the layout', () => {
  test('a file that terraform fmt would change is named with its line', async () => {
    const change = { file: DATABASE, from: '  port           = 5432', to: '  port = 5432' };
    expect(await problemsAfter(terraformFormat, change)).toEqual([
      expect.stringMatching(/^modules\/database\/main\.tf:\d+: not formatted/),
    ]);
  });
});

describe('arguments', () => {
  test.each([
    [
      'a misspelt argument',
      { file: DATABASE, from: 'storage_encrypted', to: 'storage_encryptd' },
      'has no argument storage_encryptd; did you mean storage_encrypted?',
    ],
    [
      'a misspelt argument of a block',
      { file: 'modules/worker/main.tf', from: '    rollback = true', to: '    rolback = true' },
      'deployment_circuit_breaker: has no argument rolback; did you mean rollback?',
    ],
    [
      'a misspelt argument of a dynamic block',
      { file: 'modules/backup/main.tf', from: 'destination_vault_arn', to: 'vault_arn' },
      'copy_action: has no argument vault_arn',
    ],
    [
      'a misspelt block',
      { file: 'modules/buckets/main.tf', from: 'default_retention {', to: 'default_retentions {' },
      'has no argument default_retentions',
    ],
    [
      'a missing argument',
      { file: 'modules/worker/main.tf', from: '  resource_id        = "service', to: '  # "service' },
      'aws_appautoscaling_target.worker: resource_id is missing',
    ],
    [
      'an argument that AWS gives',
      { file: DATABASE, from: '  port           = 5432', to: '  arn = "x"' },
      'arn is given by AWS and cannot be set',
    ],
    [
      'a block written as an argument',
      { file: 'modules/network/flow-logs.tf', from: '    condition {', to: '    condition = {' },
      'condition: is a block',
    ],
    [
      'an argument written as a block',
      { file: 'modules/network/main.tf', from: 'tags                 = {', to: 'tags {' },
      'tags: is an argument',
    ],
    [
      'an unknown resource',
      { file: DATABASE, from: '"aws_db_subnet_group"', to: '"aws_db_subnets"' },
      'not in provider-schema.txt',
    ],
    [
      'a misspelt argument of a variable',
      { file: 'modules/kms/variables.tf', from: 'type ', to: 'typ ' },
      'variable has no argument typ',
    ],
    [
      'a misspelt setting of Terraform',
      { file: 'modules/kms/versions.tf', from: 'required_version', to: 'required_versions' },
      'terraform has no argument required_versions',
    ],
    [
      'a dynamic block without content',
      { file: 'modules/stack/policies.tf', from: '    content {', to: '    contents {' },
      'dynamic: content is missing',
    ],
    [
      'a provider that nobody checks',
      {
        file: 'modules/kms/versions.tf',
        from: '    aws = {',
        to: '    random = { source = "hashicorp/random" }\n    aws = {',
      },
      'provider random: its arguments are checked by nobody',
    ],
    [
      'a misspelt argument of the provider',
      { file: 'environments/prod/versions.tf', from: 'allowed_account_ids', to: 'allowed_accounts' },
      'has no argument allowed_accounts',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformArguments, change)).toContainEqual(expect.stringContaining(problem));
  });
});

test('a provider of another version than the one that was checked is found', async () => {
  const change = { file: 'environments/prod/versions.tf', from: '"6.66.0"', to: '"~> 6.66"' };
  const problem = 'environments/prod: uses version ~> 6.66 of the provider, checked is 6.66.0';
  expect(await problemsAfter(terraformArguments, change)).toEqual([problem]);
});

describe('references', () => {
  test.each([
    [
      'an undeclared variable',
      { file: DATABASE, from: 'var.kms_key_arn', to: 'var.kms_arn' },
      'the variable kms_arn is not declared',
    ],
    [
      'a variable that nothing uses',
      { file: 'modules/ecr/variables.tf', from: 'variable "name"', to: 'variable "extra" {}\nvariable "name"' },
      'the variable extra is not used',
    ],
    [
      'an undeclared local',
      { file: 'modules/backup/main.tf', from: '[local.snapshots]', to: '[local.snapshot]' },
      'the local snapshot is not declared',
    ],
    [
      'a resource that is not there',
      { file: DATABASE, from: 'aws_db_subnet_group.this.name', to: 'aws_db_subnet_group.that.name' },
      'there is no resource aws_db_subnet_group.that',
    ],
    [
      'an attribute that is not there',
      { file: DATABASE, from: 'aws_iam_role.monitoring.arn', to: 'aws_iam_role.monitoring.rolearn' },
      'aws_iam_role has no attribute rolearn',
    ],
    [
      'one of many, not said which',
      { file: 'modules/buckets/main.tf', from: 'aws_s3_bucket.this["reports"].id', to: 'aws_s3_bucket.this.id' },
      'there are many of aws_s3_bucket.this',
    ],
    [
      'which of one',
      { file: DATABASE, from: 'aws_db_subnet_group.this.name', to: 'aws_db_subnet_group.this["a"].name' },
      'there is only one aws_db_subnet_group.this',
    ],
    [
      'a policy given to nobody',
      { file: 'modules/stack/policies.tf', from: '"send_mail"', to: '"send_mails"' },
      'data aws_iam_policy_document.send_mails is not used',
    ],
    [
      'a module’s missing argument',
      { file: STACK, from: '  cidr               = var.cidr\n', to: '' },
      'module network: cidr is missing',
    ],
    [
      'a module’s unknown argument',
      {
        file: STACK,
        from: 'nat_per_zone       = var.production',
        to: 'nat_per_zone       = var.production\n  nat = 1',
      },
      'has no variable nat',
    ],
    [
      'a module’s unknown output',
      { file: STACK, from: 'module.database.arn', to: 'module.database.the_arn' },
      'the module has no output the_arn',
    ],
    [
      'a module that is not called',
      { file: STACK, from: 'module.database.arn', to: 'module.databases.arn' },
      'no module is called databases',
    ],
    [
      'a misspelt attribute of an object',
      { file: 'environments/prod/main.tf', from: 'count_max = 8', to: 'count_maximum = 8' },
      'workers has no attribute count_maximum',
    ],
    [
      'an attribute of a loop that is not there',
      { file: 'modules/buckets/main.tf', from: 'each.value.kms_key_arn', to: 'each.value.kms_key' },
      'has no kms_key',
    ],
    [
      'a module of somebody else',
      { file: STACK, from: '"../kms"', to: '"terraform-aws-modules/kms/aws"' },
      'is not a folder of ours',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformReferences, change)).toContainEqual(expect.stringContaining(problem));
  });
});

test.each([
  [
    'a right that is missing',
    CI,
    '"logs:GetLogEvents"',
    '"logs:FilterLogEvents"',
    'the pipeline may not logs:GetLogEvents',
  ],
  [
    'a right too many',
    CI,
    '"ecs:DescribeTasks"',
    '"ecs:DescribeTasks", "ecs:ExecuteCommand"',
    'never calls ecs:ExecuteCommand',
  ],
  [
    'a variable that nobody gives',
    'modules/stack/outputs.tf',
    'ECS_TASK_NETWORK ',
    'ECS_NETWORK ',
    'ECS_TASK_NETWORK: is not both an output and read by the pipeline',
  ],
  [
    'a task that it may not run',
    'modules/stack/tasks.tf',
    'run_tasks = [module.worker_task, ',
    'run_tasks = [',
    'the pipeline may not run the task worker',
  ],
])('%s of the pipeline is found', async (_, file, from, to, problem) => {
  const found = await problemsAfter(terraformPipeline, { file, from, to });
  expect(found).toContainEqual(expect.stringContaining(problem));
});

test.each([
  [
    'a folder that the image does not have',
    'folder    = "/run/recon"',
    'folder    = "/run/other"',
    'declares no VOLUME',
  ],
  ['authorities that the image does not have', '/etc/ssl/certs/rds-', '/etc/ssl/rds-', 'has no /etc/ssl/rds-'],
])('%s is found', async (_, from, to, problem) => {
  const found = await problemsAfter(terraformImage, { file: STACK, from, to });
  expect(found).toContainEqual(expect.stringContaining(problem));
});

test('a user that does not own the image’s folder is found', async () => {
  const change = { file: 'modules/task/main.tf', from: '10001:10001', to: '10002:10002' };
  expect(await problemsAfter(terraformImage, change)).toEqual([
    expect.stringContaining('does not make /run/recon for 10002:10002'),
    expect.stringContaining('runs as somebody else than 10002:10002'),
  ]);
});

test.each([
  ['a value that nothing fills in', '{region}', '{regions}', 'nothing fills in regions'],
  ['a secret that nobody makes', '/database-url', '/database-address', 'no secret is called database-address'],
  [
    'a configuration that allows what a laptop does',
    'production: true',
    'production: false',
    'says no production: true',
  ],
])('%s is found in recon.yaml.tftpl', async (_, from, to, problem) => {
  const change = { file: 'environments/prod/recon.yaml.tftpl', from, to };
  expect(await problemsAfter(terraformConfiguration, change)).toContainEqual(expect.stringContaining(problem));
});

test('a configuration that the worker would refuse is found, by the login for which it would', async () => {
  const change = { file: 'environments/dev/recon.yaml.tftpl', from: 'apiKey: aws', to: 'apikey: aws' };
  expect(await problemsAfter(terraformConfiguration, change)).toEqual([
    expect.stringMatching(
      /^environments\/dev\/recon\.yaml\.tftpl: the worker refuses it \(login api_key\): .*"apikey"/,
    ),
  ]);
});

test.each([
  ['a program that is not there', '"worker/main.ts"', '"worker/start.ts"', 'there is no worker/start.ts'],
  ['a worker with other limits', 'size=192', 'size=4096', 'package.json starts the worker by'],
  ['a subcommand that is not there', '"watchdog", "--json"', '"watch", "--json"', "unknown command 'watch'"],
  ['an option that is not there', '"--migrate-with"', '"--migrate-as"', "unknown option '--migrate-as'"],
])('%s is found among the commands', async (_, from, to, problem) => {
  const change = { file: 'modules/stack/tasks.tf', from, to };
  expect(await problemsAfter(terraformCommands, change)).toEqual([expect.stringContaining(problem)]);
});
