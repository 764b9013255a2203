// Everything that is checked of terraform/ without AWS and without Terraform.
import type { InfraCheck } from './check.ts';
import { terraformActions } from './terraform-actions.ts';
import { terraformArguments } from './terraform-arguments.ts';
import { terraformBuckets } from './terraform-buckets.ts';
import { terraformCheckov } from './terraform-checkov.ts';
import { terraformCommands } from './terraform-commands.ts';
import { terraformConfiguration } from './terraform-configuration.ts';
import { terraformEncryption } from './terraform-encryption.ts';
import { terraformFormat } from './terraform-format.ts';
import { terraformLogMessages } from './terraform-log-messages.ts';
import { terraformPlan } from './terraform-plan.ts';
import { terraformPolicies } from './terraform-policies.ts';
import { terraformProduction } from './terraform-production.ts';
import { terraformReferences } from './terraform-references.ts';

export function terraformChecks(root = 'terraform'): readonly InfraCheck[] {
  const kinds = [
    terraformFormat,
    terraformArguments,
    terraformReferences,
    terraformPolicies,
    terraformBuckets,
    terraformEncryption,
    terraformProduction,
    terraformLogMessages,
    terraformConfiguration,
    terraformCommands,
    terraformPlan,
    terraformActions,
    terraformCheckov,
  ];
  return kinds.map((kind) => kind(root));
}
