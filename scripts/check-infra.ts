// npm run check:infra: every check of what surrounds the code that needs neither Docker nor AWS nor a server.
// One line each with what it looked at; every problem with its place. A check that cannot be carried out has failed.
import type { InfraCheck } from './infra/check.ts';
import { monitoringChecks } from './infra/monitoring-checks.ts';

const CHECKS: readonly InfraCheck[] = monitoringChecks;

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

async function carryOut(check: InfraCheck): ReturnType<InfraCheck['run']> {
  try {
    return await check.run();
  } catch (error) {
    return { checked: 'could not be looked at', problems: [error instanceof Error ? error.message : String(error)] };
  }
}
