// What must hold of the database, the network and the tasks, and what only production must have. Values are followed from
// environments/prod inwards, so that a variable set wrongly there is found here.
import type { InfraCheck } from '../check.ts';
import { CONTAINER_KEYS, keysIn } from './container-keys.ts';
import { type Scope, scopeOf, valueIn } from './scope.ts';
import { blocks, readTerraform, record, resourcesOfType, type TerraformTree } from './tree.ts';

const PROD = 'environments/prod';
const IMAGE = reference('image');
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|PWD|CREDENTIAL|(?:^|_)KEY(?:$|_)/;

export function terraformProduction(root: string): InfraCheck {
  return {
    name: 'terraform production',
    run: async () => {
      const tree = await readTerraform(root);
      const rules = [...databaseRules(tree), ...networkRules(tree), ...taskRules(tree), ...workerRules(tree)];
      return {
        checked: `${rules.length} rules on database, network, tasks and workers`,
        problems: rules.flatMap(({ holds, problem }) => (holds ? [] : [problem])),
      };
    },
  };
}

interface RuleResult {
  readonly holds: boolean;
  readonly problem: string;
}

function rule(holds: boolean, problem: string): RuleResult {
  return { holds, problem };
}

/** As it is written in Terraform. */
function reference(variable: string): string {
  return `\${var.${variable}}`;
}

function databaseRules(tree: TerraformTree): RuleResult[] {
  const scope = scopeOf(tree, PROD, ['recon', 'database']);
  const [database] = resourcesOfType(scope.module, 'aws_db_instance');
  const value = (argument: string) => valueIn(scope, database?.body[argument]);
  const parameters = resourcesOfType(scope.module, 'aws_db_parameter_group').flatMap(({ body }) =>
    blocks(body.parameter),
  );
  const forced = parameters.find(({ name }) => name === 'rds.force_ssl')?.value;
  return [
    rule(forced === '1', 'database: rds.force_ssl is not 1: it answers without TLS'),
    rule(value('publicly_accessible') === false, 'database: could be reached from the internet'),
    rule(value('deletion_protection') === true, 'database: production has no deletion protection'),
    rule(value('skip_final_snapshot') === false, 'database: would be deleted without a last snapshot'),
    rule(value('multi_az') === true, 'database: production is in one zone'),
    rule(Number(value('backup_retention_period')) >= 35, 'database: production keeps backups for less than 35 days'),
    rule(
      value('manage_master_user_password') === true && value('password') === undefined,
      'database: the owner’s password is not RDS’',
    ),
    rule(value('copy_tags_to_snapshot') === true, 'database: snapshots lose their tags'),
  ];
}

function networkRules(tree: TerraformTree): RuleResult[] {
  const scope = scopeOf(tree, PROD, ['recon', 'network']);
  const { module } = scope;
  const open = [...tree.modules.values()].flatMap((each) =>
    [
      ...resourcesOfType(each, 'aws_vpc_security_group_ingress_rule'),
      ...resourcesOfType(each, 'aws_security_group_rule'),
    ].filter(({ body }) =>
      ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'prefix_list_id'].some((argument) => argument in body),
    ),
  );
  const inline = [...tree.modules.values()].flatMap((each) =>
    resourcesOfType(each, 'aws_security_group').filter(({ body }) => 'ingress' in body),
  );
  const block = resourcesOfType(module, 'aws_route53_resolver_firewall_rule').find(
    ({ body }) => body.action === 'BLOCK',
  );
  const closed = resourcesOfType(module, 'aws_route53_resolver_firewall_config')[0];
  return [
    ...[...open, ...inline].map(({ file, name }) =>
      rule(false, `${file}: ${name}: lets addresses in, not a group of ours`),
    ),
    rule(
      block !== undefined && closed?.body.firewall_fail_open === 'DISABLED',
      'network: names that are not listed resolve',
    ),
    rule(valueIn(scope, reference('nat_per_zone')) === true, 'network: production has one way out only'),
    ...[...tree.modules.values()]
      .flatMap((each) => resourcesOfType(each, 'aws_vpc_security_group_egress_rule'))
      .filter(({ body }) => 'cidr_ipv4' in body || 'cidr_ipv6' in body)
      .map(({ file, name, body }) =>
        rule(
          body.ip_protocol === 'tcp' &&
            String(body.from_port) === String(body.to_port) &&
            String(body.security_group_id).includes('aws_security_group.tasks.'),
          `${file}: ${name}: only tasks go out to addresses, by TCP to one port`,
        ),
      ),
    ...[...tree.modules.values()]
      .flatMap(({ resources }) => resources)
      .filter(({ body }) => JSON.stringify(body).includes('"assign_public_ip":true'))
      .map(({ file, name }) => rule(false, `${file}: ${name}: has an address of the internet`)),
    rule(
      resourcesOfType(module, 'aws_flow_log').some(({ body }) => body.traffic_type === 'ALL'),
      'network: nobody writes down who spoke to whom',
    ),
  ];
}

function taskRules(tree: TerraformTree): RuleResult[] {
  const { module } = scopeOf(tree, PROD, ['recon', 'worker_task']);
  const hardened = record(module.locals.get('hardened'));
  const containers = module.locals.get('containers');
  const each = Array.isArray(containers) ? containers.map(String) : [];
  const drops = record(record(hardened.linuxParameters).capabilities).drop;
  const overridden = each.filter((text) =>
    /\b(user|readonlyRootFilesystem|privileged|image|linuxParameters)\s*=/.test(text),
  );
  const definitions = [...tree.modules.values()].flatMap((one) => resourcesOfType(one, 'aws_ecs_task_definition'));
  const image = blocks(module.variables.get('image')?.validation)[0];
  return [
    rule(
      each.length > 0 && each.every((text) => text.startsWith('${merge(local.hardened, ')),
      'task: a container is not hardened',
    ),
    rule(overridden.length === 0, 'task: a container undoes what hardens it'),
    rule(/^[1-9]\d*:[1-9]\d*$/.test(String(hardened.user)), 'task: runs as root'),
    rule(hardened.readonlyRootFilesystem === true, 'task: its root can be written'),
    rule(hardened.image === IMAGE, 'task: runs another image than the one that is given'),
    rule(!('add' in record(record(hardened.linuxParameters).capabilities)), 'task: is given capabilities'),
    ...definitions.map(({ body, file, name }) =>
      rule(
        file.startsWith('modules/task/') &&
          body.network_mode === 'awsvpc' &&
          !['pid_mode', 'ipc_mode'].some((argument) => argument in body),
        `${file}: ${name}: a task is defined by modules/task, with a network of its own and no processes of others`,
      ),
    ),
    ...[...tree.modules.values()].flatMap(({ path, calls }) =>
      [...calls].flatMap(([name, { environment }]) =>
        Object.keys(record(environment))
          .filter((variable) => SECRET_NAME.test(variable))
          .map((variable) =>
            rule(false, `${path}: module ${name}: ${variable} stands in the definition: name it in secrets`),
          ),
      ),
    ),
    ...[...Object.keys(hardened), ...each.flatMap(keysIn)]
      .filter((key) => !CONTAINER_KEYS.has(key))
      .map((key) => rule(false, `task: ECS knows no ${key} of a container`)),
    rule(hardened.privileged === false && Array.isArray(drops) && drops.includes('ALL'), 'task: keeps capabilities'),
    rule(String(image?.condition).includes('@sha256:'), 'task: takes an image that is not named by digest'),
    ...resourcesOfType(scopeOf(tree, PROD, ['recon', 'ecr']).module, 'aws_ecr_repository').map(({ body }) =>
      rule(body.image_tag_mutability === 'IMMUTABLE', 'ecr: a tag may become another image'),
    ),
  ];
}

function workerRules(tree: TerraformTree): RuleResult[] {
  const scope: Scope = scopeOf(tree, PROD, ['recon', 'worker']);
  const [service] = resourcesOfType(scope.module, 'aws_ecs_service');
  const network = blocks(service?.body.network_configuration)[0];
  return [
    rule(network?.assign_public_ip === false, 'worker: has an address of the internet'),
    rule(service?.body.enable_execute_command === false, 'worker: somebody could open a shell in it'),
    rule(
      blocks(service?.body.deployment_circuit_breaker)[0]?.enable === true,
      'worker: a deployment that fails goes on for ever',
    ),
    rule(
      blocks(service?.body.deployment_circuit_breaker)[0]?.rollback === true,
      'worker: a deployment that fails is not rolled back',
    ),
    rule(Number(valueIn(scope, service?.body.desired_count)) >= 2, 'worker: production has a single one'),
  ];
}
