// Terraform is a program (node:child_process) that not every machine has.
import { expect, test } from '@jest/globals';
import { problemsAfter } from './for-tests.ts';
import { terraformOnPath, terraformPlan } from './plan.ts';

const withTerraform = (await terraformOnPath()) === undefined ? test.skip : test;

withTerraform('both environments can be planned', async () => {
  const { checked, problems } = await terraformPlan('terraform').run();
  expect(problems).toEqual([]);
  expect(checked).toMatch(/^stand-ins for resources: \d{3} in dev, \d{3} in prod$/);
});

withTerraform.each([
  [
    'a value of another type',
    'modules/stack/main.tf',
    'nat_per_zone       = var.production',
    'nat_per_zone       = "perhaps"',
    /bool/,
  ],
  [
    'a value that its variable refuses',
    'environments/prod/terraform.tfvars.example',
    'api_key',
    'password',
    /login is api_key, mtls or private/,
  ],
  [
    'how many, not known before the plan',
    'modules/task/roles.tf',
    'for_each = var.policies\n  name     = each.key',
    'for_each = toset(values(var.policies))\n  name     = each.key',
    /Invalid for_each argument/,
  ],
  [
    'what waits for itself',
    'modules/worker/main.tf',
    'depends_on = [aws_cloudwatch_log_group.insights]',
    'depends_on = [aws_ecs_service.this]',
    /Cycle/,
  ],
  [
    'a template with a value that nobody fills in',
    'environments/dev/recon.yaml.tftpl',
    '{mail_from}',
    '{mail_to}',
    /mail_to/,
  ],
])('%s is found', async (_, file, from, to, problem) => {
  expect(await problemsAfter(terraformPlan, { file, from, to })).toContainEqual(expect.stringMatching(problem));
});
