import { describe, expect, test } from '@jest/globals';
import { problemsAfter } from './for-tests.ts';
import { terraformProduction } from './production.ts';

const DATABASE = 'modules/database/main.tf';
const STACK = 'modules/stack/main.tf';
const TASK = 'modules/task/main.tf';
const PROD = 'environments/prod/main.tf';

describe('production', () => {
  test.each([
    [
      'a database that can be deleted',
      { file: STACK, from: 'deletion_protection   = var.production', to: 'deletion_protection   = false' },
      'no deletion protection',
    ],
    [
      'production that is none',
      { file: PROD, from: 'production              = true', to: 'production              = false' },
      'no deletion protection',
    ],
    [
      'a database that answers without TLS',
      {
        file: DATABASE,
        from: 'name  = "rds.force_ssl"\n    value = "1"',
        to: 'name  = "rds.force_ssl"\n    value = "0"',
      },
      'answers without TLS',
    ],
    [
      'a database on the internet',
      { file: DATABASE, from: 'publicly_accessible    = false', to: 'publicly_accessible    = true' },
      'could be reached from the internet',
    ],
    [
      'backups of a week',
      { file: STACK, from: 'var.production ? 35 : 7', to: 'var.production ? 7 : 7' },
      'less than 35 days',
    ],
    [
      'a port open to addresses',
      {
        file: 'modules/network/endpoints.tf',
        from: 'referenced_security_group_id = aws_security_group.tasks.id',
        to: 'cidr_ipv4 = "0.0.0.0/0"',
      },
      'lets addresses in',
    ],
    [
      'any name resolving',
      { file: 'modules/network/dns-firewall.tf', from: '"BLOCK"', to: '"ALERT"' },
      'names that are not listed resolve',
    ],
    ['a root user', { file: TASK, from: '"10001:10001"', to: '"0:0"' }, 'runs as root'],
    [
      'a root that can be written',
      { file: TASK, from: 'readonlyRootFilesystem = true', to: 'readonlyRootFilesystem = false' },
      'its root can be written',
    ],
    [
      'a container that undoes it',
      { file: TASK, from: 'essential   = true', to: 'essential   = true\n      user = "0:0"' },
      'undoes what hardens it',
    ],
    [
      'a container beside it',
      {
        file: TASK,
        from: 'merge(local.hardened, {\n      name        = "configuration"',
        to: 'merge({}, {\n      name        = "configuration"',
      },
      'a container is not hardened',
    ],
    [
      'an image by tag',
      { file: 'modules/task/variables.tf', from: '@sha256:[0-9a-f]{64}$', to: ':.*$' },
      'not named by digest',
    ],
    [
      'tags that move',
      { file: 'modules/ecr/main.tf', from: '"IMMUTABLE"', to: '"MUTABLE"' },
      'a tag may become another image',
    ],
    [
      'a public address',
      { file: 'modules/worker/main.tf', from: 'assign_public_ip = false', to: 'assign_public_ip = true' },
      'has an address of the internet',
    ],
    [
      'no last snapshot',
      { file: DATABASE, from: 'skip_final_snapshot       = false', to: 'skip_final_snapshot       = true' },
      'without a last snapshot',
    ],
    [
      'snapshots without tags',
      { file: DATABASE, from: 'copy_tags_to_snapshot     = true', to: 'copy_tags_to_snapshot     = false' },
      'lose their tags',
    ],
    [
      'a password of the owner in the code',
      { file: DATABASE, from: 'manage_master_user_password   = true', to: 'password = "secret"' },
      'password is not RDS’',
    ],
    [
      'a database in one zone',
      { file: STACK, from: 'multi_az              = var.production', to: 'multi_az              = false' },
      'production is in one zone',
    ],
    [
      'one way out',
      { file: STACK, from: 'nat_per_zone       = var.production', to: 'nat_per_zone       = false' },
      'one way out only',
    ],
    [
      'half of the flow log',
      { file: 'modules/network/flow-logs.tf', from: '"ALL"', to: '"REJECT"' },
      'nobody writes down who spoke to whom',
    ],
    ['kept capabilities', { file: TASK, from: 'drop = ["ALL"]', to: 'drop = []' }, 'keeps capabilities'],
    [
      'a shell',
      {
        file: 'modules/worker/main.tf',
        from: 'enable_execute_command             = false',
        to: 'enable_execute_command             = true',
      },
      'open a shell',
    ],
    [
      'no way back',
      { file: 'modules/worker/main.tf', from: 'rollback = true', to: 'rollback = false' },
      'is not rolled back',
    ],
    [
      'a misspelt key of a container',
      { file: TASK, from: 'essential   = true', to: 'esential    = true' },
      'ECS knows no esential',
    ],
    [
      'a secret in a definition',
      {
        file: 'modules/stack/tasks.tf',
        from: 'RECON_LOG_LEVEL = "info"',
        to: 'DATABASE_PASSWORD = "x"',
      },
      'DATABASE_PASSWORD stands in the definition',
    ],
    [
      'every port out',
      { file: 'modules/network/endpoints.tf', from: 'to_port           = 443', to: 'to_port           = 65535' },
      'only tasks go out to addresses',
    ],
    ['a single worker', { file: PROD, from: 'count_min = 2', to: 'count_min = 1' }, 'production has a single one'],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformProduction, change)).toContainEqual(expect.stringContaining(problem));
  });
});
