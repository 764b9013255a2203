// Everything that is checked of terraform/ without AWS and without Terraform.
import type { InfraCheck } from '../check.ts';
import { terraformActions } from './actions.ts';
import { terraformAlarms } from './alarms.ts';
import { terraformArguments } from './arguments.ts';
import { terraformBuckets } from './buckets.ts';
import { terraformCheckov } from './checkov.ts';
import { terraformCloudwatch } from './cloudwatch.ts';
import { terraformCommands } from './commands.ts';
import { terraformConfiguration } from './configuration.ts';
import { terraformEncryption } from './encryption.ts';
import { terraformFormat } from './format.ts';
import { terraformImage } from './image.ts';
import { terraformLogMessages } from './log-messages.ts';
import { terraformPipeline } from './pipeline.ts';
import { terraformPlan } from './plan.ts';
import { terraformPolicies } from './policies.ts';
import { terraformProduction } from './production.ts';
import { terraformReferences } from './references.ts';

export function terraformChecks(root = 'terraform'): readonly InfraCheck[] {
  const kinds = [
    terraformFormat,
    terraformArguments,
    terraformReferences,
    terraformPolicies,
    terraformBuckets,
    terraformEncryption,
    terraformProduction,
    terraformPipeline,
    terraformAlarms,
    terraformCloudwatch,
    terraformLogMessages,
    terraformImage,
    terraformConfiguration,
    terraformCommands,
    terraformPlan,
    terraformActions,
    terraformCheckov,
  ];
  return kinds.map((kind) => kind(root));
}
