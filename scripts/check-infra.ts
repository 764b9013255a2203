// npm run check:infra: every check of the Dockerfile, compose, workflows, rules and secrets that needs neither Docker nor AWS nor GitHub.
// One line each with what it looked at; every problem with its place. A check that cannot be carried out has failed.
import type { InfraCheck } from './infra/check.ts';
import { codeScanCheck } from './infra/code-scan-check.ts';
import { composeCheck } from './infra/compose-check.ts';
import { configurationCheck } from './infra/configuration-check.ts';
import { dockerfileCheck } from './infra/dockerfile-check.ts';
import { manualsCheck } from './infra/manuals-check.ts';
import { monitoringChecks } from './infra/monitoring/checks.ts';
import { packagesCheck } from './infra/packages-check.ts';
import { referencesCheck } from './infra/references-check.ts';
import { secretsCheck } from './infra/secrets-check.ts';
import { terraformChecks } from './infra/terraform/checks.ts';
import { workflowsCheck } from './infra/workflows-check.ts';

const ROOT = process.cwd();
const CHECKS: readonly InfraCheck[] = [
  dockerfileCheck(ROOT),
  composeCheck(ROOT),
  configurationCheck(ROOT),
  workflowsCheck(ROOT),
  referencesCheck(ROOT),
  manualsCheck(ROOT),
  secretsCheck(ROOT),
  codeScanCheck(ROOT),
  packagesCheck(ROOT),
  ...monitoringChecks,
  ...terraformChecks('terraform'),
];

let passed = 0;
for (const check of CHECKS) {
  const sinceMs = performance.now();
  const { checked, problems } = await carryOut(check);
  if (problems.length === 0) passed += 1;
  const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
  for (const problem of problems) console.log(`  ${problem}`);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${check.name}: ${checked} (${seconds} s)`);
}
console.log(`\n${passed} passed, ${CHECKS.length - passed} failed`);
process.exitCode = passed === CHECKS.length ? 0 : 1;

async function carryOut(check: InfraCheck): Promise<{ checked: string; problems: readonly string[] }> {
  try {
    return await check.run();
  } catch (error) {
    return { checked: 'could not be looked at', problems: [error instanceof Error ? error.message : String(error)] };
  }
}
