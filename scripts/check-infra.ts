// npm run check:infra: every check of the Dockerfile, compose, workflows, rules and secrets that needs neither Docker nor AWS nor GitHub.
// One line each with what it looked at; every problem with its place. A check that cannot be carried out has failed.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { InfraCheck } from './infra/check.ts';
import { codeScanCheck } from './infra/code-scan-check.ts';
import { composeCheck } from './infra/compose-check.ts';
import { configurationCheck } from './infra/configuration-check.ts';
import { dockerfileCheck } from './infra/dockerfile-check.ts';
import { elsewhereCheck } from './infra/elsewhere-check.ts';
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
  elsewhereCheck(ROOT),
  secretsCheck(ROOT),
  codeScanCheck(ROOT),
  packagesCheck(ROOT),
  ...monitoringChecks,
  ...terraformChecks('terraform'),
];
const HELP = `Usage: npm run check:infra -- [--only WORD]... [--list] [--json]

  --only WORD  the checks whose name holds the word; may be given again
  --list       names of the checks, and nothing else
  --json       one line of JSON a check: {"check", "checked", "problems", "seconds"}

Exit code 0: nothing found; 1: something was found, or could not be looked at; 2: no such check or option.
`;

const { only, list, json } = options();
const chosen = CHECKS.filter(({ name }) => only.length === 0 || only.some((word) => name.toLowerCase().includes(word)));
if (chosen.length === 0) stop(`no check has ${only.join(' or ')} in its name: --list\n`);
if (list) for (const { name } of chosen) console.log(name);
else await runAll();

async function runAll(): Promise<void> {
  let passed = 0;
  for (const check of chosen) {
    const sinceMs = performance.now();
    const { checked, problems } = await carryOut(check);
    if (problems.length === 0) passed += 1;
    const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
    if (json) console.log(JSON.stringify({ check: check.name, checked, problems, seconds: Number(seconds) }));
    else {
      for (const problem of problems) console.log(`  ${problem}`);
      console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${check.name}: ${checked} (${seconds} s)`);
    }
  }
  if (!json) console.log(`\n${passed} passed, ${chosen.length - passed} failed`);
  process.exitCode = passed === chosen.length ? 0 : 1;
}

async function carryOut(check: InfraCheck): Promise<{ checked: string; problems: readonly string[] }> {
  try {
    return await check.run();
  } catch (error) {
    return { checked: 'could not be looked at', problems: [said(error)] };
  }
}

function said(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', '\n  ');
  return error instanceof Error ? error.message : String(error);
}

function options(): { only: string[]; list: boolean; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (!values.help) return { ...values, only: values.only.map((word) => word.toLowerCase()) };
    process.stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function stop(message: string): never {
  process.stderr.write(message);
  process.exit(2);
}
