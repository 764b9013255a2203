import { expect, test } from '@jest/globals';
import { serviceProblems } from './compose-check.ts';
import { type ComposeFile, serviceSchema } from './compose-file.ts';
import { parseDockerfile } from './dockerfile.ts';
import { dockerfileProblems } from './dockerfile-check.ts';
import { isExactImage } from './images.ts';
import { packageProblems } from './packages-check.ts';
import { secretProblems } from './secrets-check.ts';
import { workflowProblems } from './workflows-check.ts';

const MANIFEST = { scripts: { worker: 'node --flag=1 worker/main.ts' }, devDependencies: { node: '24.21.0' } };
const DOCKERFILE = `FROM node:24.21.0-bookworm-slim AS packages
RUN npm ci --omit=dev --ignore-scripts \\
  && true
FROM packages AS worker
USER 10001:10001
HEALTHCHECK CMD ["true"]
CMD ["node", "--flag=1", "worker/main.ts"]
`;

test.each([
  ['node:24.21.0-bookworm-slim', true],
  ['postgres:18.4-bookworm', true],
  ['prom/prometheus:v3.13.3', true],
  [`registry:5000/recon@sha256:${'0'.repeat(64)}`, true],
  ['node', false],
  ['node:latest', false],
  ['node:24', false],
  ['node:24.21', false],
  ['prom/prometheus:v3', false],
  ['registry:5000/recon', false],
])('%s means one image for good: %s', (reference, exact) => {
  expect(isExactImage(reference)).toBe(exact);
});

test('a Dockerfile that keeps the rules has no problem', () => {
  expect(dockerfileProblems(parseDockerfile(DOCKERFILE), MANIFEST)).toEqual([]);
});

test.each([
  ['the user is root', 'USER 10001:10001', 'USER root', 'runs as root: name an unprivileged user by its number'],
  ['there is no user', 'USER 10001:10001\n', '', 'runs as root: name an unprivileged user by its number'],
  ['the user is number 0', 'USER 10001:10001', 'USER 0', 'runs as 0: name an unprivileged user by its number'],
  ['the tag floats', 'node:24.21.0-bookworm-slim', 'node:24-slim', 'line 1: node:24-slim is not an exact version'],
  ['Node is another', '24.21.0', '24.20.0', 'line 1: Node 24.20.0, and the tests run on 24.21.0'],
  ['nobody asks for health', 'HEALTHCHECK CMD ["true"]\n', '', 'has no HEALTHCHECK'],
  [
    'a shell gets the signals',
    'CMD ["node", "--flag=1", "worker/main.ts"]',
    'CMD node worker/main.ts',
    'CMD is not in exec form: signals would reach a shell',
  ],
  ['the flags are others', '--flag=1', '--flag=2', 'CMD is not what npm run worker runs: node --flag=1 worker/main.ts'],
  [
    'packages run scripts',
    ' --ignore-scripts',
    '',
    'line 2: packages are installed by npm ci --omit=dev --ignore-scripts only',
  ],
])('a Dockerfile is refused where %s', (_, said, otherwise, problem) => {
  const changed = DOCKERFILE.replace(said, otherwise);
  expect(changed).not.toBe(DOCKERFILE);
  expect(dockerfileProblems(parseDockerfile(changed), MANIFEST)).toContain(problem);
});

const SERVICE = {
  image: 'recon:dev',
  build: { target: 'worker' },
  user: '10001:10001',
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
};

function composeProblems(changes: object, others: Record<string, object> = {}): string[] {
  const service = serviceSchema.parse({ ...SERVICE, ...changes });
  const parsed = Object.entries(others).map(([name, other]) => [name, serviceSchema.parse({ ...SERVICE, ...other })]);
  const compose: ComposeFile = { services: Object.fromEntries(parsed), volumes: {} };
  return serviceProblems(compose, 'worker', service);
}

test('a service that keeps the rules has no problem', () => {
  expect(composeProblems({ environment: { PASSWORD_FILE: '/secrets/database/owner-password' } })).toEqual([]);
});

test.each([
  ['runs as root', { user: '0:0' }, 'runs as root'],
  ['names no user', { user: undefined }, 'runs as root'],
  [
    'floats',
    { build: undefined, image: 'grafana/grafana:latest' },
    'runs grafana/grafana:latest, which is not an exact version',
  ],
  ['keeps capabilities', { cap_drop: [] }, 'keeps capabilities: cap_drop: [ALL]'],
  ['may write', { read_only: false }, 'may write into its image: read_only: true'],
  ['is open to the network', { ports: ['8080:8080'] }, 'publishes 8080:8080 beyond this machine'],
  [
    'shows a password',
    { environment: { POSTGRES_PASSWORD: 'recon' } },
    'has a secret in the variable POSTGRES_PASSWORD: name a file',
  ],
  [
    'waits for nobody',
    { depends_on: { databse: { condition: 'service_started' } } },
    'waits for databse, which is not there',
  ],
  ['mounts nothing', { volumes: ['databse:/data'] }, 'mounts databse, which is no volume'],
])('a service is refused that %s', (_, changes, problem) => {
  expect(composeProblems(changes)).toEqual([problem]);
});

test('a health that nobody measures is not waited for, nor a service that may not be there', () => {
  const depends_on = { setup: { condition: 'service_healthy' }, stripe: { condition: 'service_started' } };
  expect(composeProblems({ depends_on }, { setup: {}, stripe: { profiles: ['emulators'] } })).toEqual([
    'waits until setup is healthy, and nobody measures that',
    'needs stripe, which is in a profile: required: false',
  ]);
});

const WORKFLOW = `permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${'a'.repeat(40)} # v6.0.3
      - uses: actions/setup-node@${'b'.repeat(40)} # v6.4.0
        with: { node-version: 24.21.0 }
      - run: docker run --rm aquasec/trivy:0.74.0@sha256:${'c'.repeat(64)} image
`;

test('a workflow that keeps the rules has no problem', () => {
  expect(workflowProblems(WORKFLOW, '24.21.0')).toEqual([]);
});

test.each([
  ['an action floats', `@${'a'.repeat(40)} # v6.0.3`, '@v6', 'actions/checkout@v6 is not pinned: @COMMIT # vX.Y.Z'],
  ['an image floats', `@sha256:${'c'.repeat(64)}`, '', 'aquasec/trivy:0.74.0 is not named by digest'],
  [
    'every job may write',
    'permissions: {}',
    'permissions: write-all',
    'gives every job rights: permissions: {} at the top, and each job its own',
  ],
  ['a job may run for hours', '    timeout-minutes: 5\n', '', 'the job test may run for six hours: timeout-minutes'],
  ['Node is another', '24.21.0', '22.1.0', 'the job test runs Node 22.1.0, and the tests 24.21.0'],
])('a workflow is refused where %s', (_, said, otherwise, problem) => {
  expect(workflowProblems(WORKFLOW.replace(said, otherwise), '24.21.0')).toContain(problem);
});

// Put together here, so that no line of this file looks like a key.
const letters = (count: number) => 'aB3'.repeat(count).slice(0, count);
test.each([
  ['a Stripe key', `sk_live_${letters(24)}`],
  ['a Stripe key', `rk_test_${letters(99)}`],
  ['a Square access token', `EAAA${letters(60)}`],
  ['an AWS access key', `AKIA${'ABCD2345'.repeat(2)}`],
  ['an AWS secret key', `aws_secret_access_key = ${letters(40)}`],
  ['a private key', `-----BEGIN ${''}PRIVATE KEY-----\n${letters(64)}`],
  ['a GitHub token', `ghp_${letters(36)}`],
  ['a password in a URL', `postgres://recon:${letters(24)}@db.example.com/recon`],
])('finds %s that leaked', (what, key) => {
  expect(secretProblems(`first line\nkey: ${key}\n`)).toEqual([`2: ${what}`]);
  expect(secretProblems(`first line\nkey: ${key.replace('\n', ' ')} # not a secret: made up\n`)).toEqual([]);
});

test.each([
  'rk_emulated',
  'sk_test_123',
  'postgres://recon:password@localhost/recon',
  'postgres://u:$PASSWORD_OF_THE_OWNER_1@db/x',
])('%s is no secret', (text) => {
  expect(secretProblems(text)).toEqual([]);
});

const PACKAGE = { integrity: 'sha512-x', license: 'MIT' };
test.each([
  ['floats', { dependencies: { a: '^1.0.0' } }, PACKAGE, 'package.json: a ^1.0.0 is not an exact version'],
  ['has no hash', {}, { ...PACKAGE, integrity: undefined }, 'package-lock.json: node_modules/a: has no hash'],
  [
    'comes from elsewhere',
    {},
    { ...PACKAGE, resolved: 'https://example.com/a.tgz' },
    'package-lock.json: node_modules/a: comes from https://example.com/a.tgz',
  ],
  [
    'runs a script',
    {},
    { ...PACKAGE, hasInstallScript: true },
    'package-lock.json: node_modules/a: runs a script at installation: decide in allowScripts',
  ],
  [
    'may not be shipped',
    {},
    { ...PACKAGE, license: 'AGPL-3.0' },
    'package-lock.json: node_modules/a: has the licence AGPL-3.0',
  ],
])('a package is refused that %s', (_, manifest, entry, problem) => {
  const whole = { dependencies: { a: '1.0.0' }, devDependencies: {}, allowScripts: {}, ...manifest };
  expect(packageProblems(whole, { packages: { '': {}, 'node_modules/a': entry } })).toEqual([problem]);
  expect(
    packageProblems({ ...whole, dependencies: { a: '1.0.0' } }, { packages: { 'node_modules/a': PACKAGE } }),
  ).toEqual([]);
});
