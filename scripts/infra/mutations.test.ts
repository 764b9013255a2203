// A copy of what is checked is spoilt in one place, and the check that should see it must see just that, with the real linters.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { InfraCheck } from './check.ts';
import { composeCheck } from './compose-check.ts';
import { dockerfileCheck } from './dockerfile-check.ts';
import { referencesCheck } from './references-check.ts';
import { secretsCheck } from './secrets-check.ts';
import { workflowsCheck } from './workflows-check.ts';

const COPIED = [
  ...['Dockerfile', '.dockerignore', 'docker-compose.yml', 'package.json', 'package-lock.json', 'LICENSE'],
  ...['compose', 'scan', 'scripts', '.github', '.ci', 'worker', 'client', 'sandbox', 'local'],
  ...['domain', 'workflows', 'activities', 'sql', 'docs'],
];

let copy = '';
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'recon-infra-'));
  for (const path of COPIED) cpSync(path, join(copy, path), { recursive: true });
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

async function newProblems(
  check: (root: string) => InfraCheck,
  file: string,
  change: (text: string) => string,
): Promise<string> {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  const known = new Set((await check(copy).run()).problems);
  expect(change(before)).not.toBe(before);
  writeFileSync(path, change(before));
  try {
    return (await check(copy).run()).problems.filter((problem) => !known.has(problem)).join('\n');
  } finally {
    writeFileSync(path, before);
  }
}

const swap = (said: string | RegExp, otherwise: string) => (text: string) => text.replace(said, otherwise);

test.each<[string, (root: string) => InfraCheck, string, (text: string) => string, string]>([
  ['a floating base image', dockerfileCheck, 'Dockerfile', swap('node:24.21.0-bookworm-slim', 'node:latest'), 'DL3007'],
  ['an image that runs as root', dockerfileCheck, 'Dockerfile', swap('USER 10001:10001', 'USER root'), 'runs as root'],
  ['an image of everything', dockerfileCheck, '.dockerignore', swap('*\n', ''), 'a secret could slip in'],
  [
    'a misspelt key of compose',
    composeCheck,
    'docker-compose.yml',
    swap('    healthcheck:\n', '    heathcheck:\n'),
    'heathcheck',
  ],
  [
    'a floating image of compose',
    composeCheck,
    'docker-compose.yml',
    swap('prometheus:v3.13.3', 'prometheus:latest'),
    'not an exact version',
  ],
  [
    'a service that runs as root',
    composeCheck,
    'docker-compose.yml',
    swap('user: "10001:10001"', 'user: "0:0"'),
    'runs as root',
  ],
  [
    'a misspelt key of a workflow',
    workflowsCheck,
    '.github/workflows/check.yml',
    swap('timeout-minutes', 'timeout-minuts'),
    'timeout-minuts',
  ],
  [
    'an action that floats',
    workflowsCheck,
    '.github/workflows/check.yml',
    swap(/checkout@\w{40} # v6\.0\.3/, 'checkout@v6'),
    'unpinned-uses',
  ],
  [
    'text of a stranger in a shell',
    workflowsCheck,
    '.github/workflows/check.yml',
    swap('npm run check:infra', `echo ${'$'}{{ github.head_ref }}`),
    'template-injection',
  ],
  [
    'a word that a shell splits',
    workflowsCheck,
    '.github/scripts/ecs.sh',
    swap('--tasks "$task" &&', '--tasks $task &&'),
    'SC2086',
  ],
  [
    'a value that Renovate refuses',
    workflowsCheck,
    '.github/renovate.json',
    swap('"dependencyDashboard": true', '"dependencyDashboard": "yes"'),
    'dependencyDashboard',
  ],
  [
    'a command that nobody has',
    referencesCheck,
    'docker-compose.yml',
    swap('client/main.ts watchdog', 'client/main.ts watchhound'),
    "unknown command 'watchhound'",
  ],
  [
    'an option that nobody has',
    referencesCheck,
    'docker-compose.yml',
    swap('setup --migrate-with', 'setup --migrate-by'),
    "unknown option '--migrate-by'",
  ],
  [
    'a file that is not there',
    referencesCheck,
    'Dockerfile',
    swap('COPY domain domain', 'COPY domains domain'),
    'domains is not there',
  ],
  ['a file that is kept out', referencesCheck, '.dockerignore', swap('!domain\n', ''), 'keeps out'],
  [
    'a variable that nobody reads',
    referencesCheck,
    'Dockerfile',
    swap('RECON_BUNDLE_FOLDER', 'RECON_BUNDLE_DIR'),
    'no code reads RECON_BUNDLE_DIR',
  ],
  [
    'a secret that nobody makes',
    referencesCheck,
    'docker-compose.yml',
    swap('grafana/admin-password', 'grafana/root-password'),
    'nobody makes the secret',
  ],
  [
    'a service of another name',
    referencesCheck,
    'compose/recon.yaml',
    swap('//objects:5000', '//object:5000'),
    'object is no service',
  ],
  [
    'a port that nobody has',
    referencesCheck,
    'compose/recon.yaml',
    swap('stripe:12111', 'stripe:12112'),
    'stripe does not listen on 12112',
  ],
  [
    'health asked at another port',
    referencesCheck,
    'Dockerfile',
    swap(':9464/healthz', ':9494/healthz'),
    'asks port 9494',
  ],
  [
    'an npm script that is not there',
    referencesCheck,
    '.github/workflows/check.yml',
    swap('npm run check:infra', 'npm run check:all'),
    'npm run check:all',
  ],
  [
    'a key that leaked',
    secretsCheck,
    'compose/recon.yaml',
    (text) => `${text}# sk_live_${'aB3'.repeat(8)}\n`,
    'a Stripe key',
  ],
])('finds %s', async (_, check, file, change, problem) => {
  expect(await newProblems(check, file, change)).toContain(problem);
});
