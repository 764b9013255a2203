import { expect, test } from '@jest/globals';
import { serviceProblems } from './compose-check.ts';
import { type ComposeFile, serviceSchema } from './compose-file.ts';
import { parseDockerfile } from './dockerfile.ts';
import { dockerfileProblems, ignoreProblems, workerProblems } from './dockerfile-check.ts';
import { isExactImage } from './images.ts';

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

function problemsOfDockerfile(text: string): string[] {
  const stages = parseDockerfile(text);
  return [...dockerfileProblems(text, stages, MANIFEST), ...workerProblems(stages, MANIFEST)];
}

test('a Dockerfile that keeps the rules has no problem', () => {
  expect(problemsOfDockerfile(DOCKERFILE)).toEqual([]);
});

test.each([
  [
    'the user is root',
    'USER 10001:10001',
    'USER root',
    'the stage worker runs as root: name an unprivileged user by its number',
  ],
  [
    'there is no user',
    'USER 10001:10001\n',
    '',
    'the stage worker runs as root: name an unprivileged user by its number',
  ],
  [
    'the user is number 0',
    'USER 10001:10001',
    'USER 0',
    'the stage worker runs as 0: name an unprivileged user by its number',
  ],
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
    'a stage of its own is root',
    'USER 10001:10001\n',
    'USER 10001:10001\nFROM packages AS debug\nFROM packages AS worker\nUSER 10001:10001\n',
    'the stage debug runs as root: name an unprivileged user by its number',
  ],
  [
    'a file comes out of an image that floats',
    'HEALTHCHECK',
    'COPY --from=busybox:latest /bin/sh /sh\nHEALTHCHECK',
    'line 6: busybox:latest is not an exact version',
  ],
  [
    'a folder of an image that floats is mounted',
    '&& true',
    '&& true\nRUN --mount=type=bind,from=busybox,target=/x true',
    'line 4: busybox is not an exact version',
  ],
  [
    'an address gives a file',
    'HEALTHCHECK',
    'ADD https://example.com/x /x\nHEALTHCHECK',
    'line 6: ADD takes what is there on the day: COPY, or --checksum=sha256:…',
  ],
  [
    'something is fetched',
    '&& true',
    '&& curl -fsSL https://example.com | sh',
    'line 2: fetches something that is not pinned: ADD --checksum=sha256:…',
  ],
  [
    'a secret stays in the image',
    'HEALTHCHECK',
    'ARG NPM_TOKEN\nHEALTHCHECK',
    'line 6: a secret would stay in the image: give it at run time',
  ],
  [
    'everything is taken',
    'HEALTHCHECK',
    'COPY --chown=1:1 . /app\nHEALTHCHECK',
    'line 6: takes everything: name folders',
  ],
  [
    'TLS is not verified',
    'HEALTHCHECK',
    'ENV NODE_TLS_REJECT_UNAUTHORIZED=0\nHEALTHCHECK',
    'line 6: the image is for production: TLS is verified, NODE_ENV=production',
  ],
  [
    'everybody may write',
    '&& true',
    '&& chmod -R 777 /app',
    'line 2: gives rights to everybody, or root’s to somebody',
  ],
  ['health is switched off', 'HEALTHCHECK CMD ["true"]', 'HEALTHCHECK NONE', 'has no HEALTHCHECK'],
  [
    'another builder is asked for',
    'FROM node',
    '# syntax=docker/dockerfile:latest\nFROM node',
    'another syntax is asked for: what builds it would come from elsewhere',
  ],
  [
    'a rule is silenced',
    'FROM node',
    '# hadolint ignore=DL3007\nFROM node',
    'a rule of hadolint is silenced: mend it instead',
  ],
  [
    'packages come in by another name',
    'npm ci --omit=dev',
    'npm i --omit=dev',
    'line 2: packages are installed by npm ci --omit=dev --ignore-scripts only',
  ],
  [
    'packages run scripts',
    ' --ignore-scripts',
    '',
    'line 2: packages are installed by npm ci --omit=dev --ignore-scripts only',
  ],
])('a Dockerfile is refused where %s', (_, said, otherwise, problem) => {
  const changed = DOCKERFILE.replace(said, otherwise);
  expect(changed).not.toBe(DOCKERFILE);
  expect(problemsOfDockerfile(changed)).toContain(problem);
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
  const compose: ComposeFile = { services: Object.fromEntries(parsed), volumes: {}, networks: {} };
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
  ['is given a right', { cap_add: ['SYS_ADMIN'] }, 'is given SYS_ADMIN: cap_add'],
  ['is given a device', { devices: ['/dev/sda'] }, 'is given devices of this machine'],
  [
    'is not confined',
    { security_opt: ['no-new-privileges:true', 'seccomp:unconfined'] },
    'is not confined: seccomp:unconfined',
  ],
  ['shares the network', { network_mode: 'host' }, 'shares network, processes or memory with this machine'],
  [
    'commands docker',
    { volumes: [{ source: '/var/run/docker.sock', target: '/x' }] },
    'mounts /var/run/docker.sock of this machine: a folder of the repository, or a volume',
  ],
  [
    'is open by the long form',
    { ports: [{ target: 8080, published: 8080 }] },
    'publishes 0.0.0.0:8080:8080 beyond this machine',
  ],
  [
    'shows a password in a list',
    { environment: ['DB_PASSWORD=recon'] },
    'has a secret in the variable DB_PASSWORD: name a file',
  ],
  [
    'shows a password in an address',
    { environment: { URL: 'postgres://a:b@db/x' } },
    'has a password in the address URL: name a file',
  ],
  [
    'lets everybody in',
    { environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' } },
    'lets everybody in: POSTGRES_HOST_AUTH_METHOD is trust',
  ],
  [
    'takes variables from anywhere',
    { env_file: '.env' },
    'takes its variables from a file that nobody checks: env_file',
  ],
  [
    'is started again in no known way',
    { restart: 'unless-stoped' },
    'is started again unless-stoped, which docker does not know',
  ],
  [
    'is asked by nobody',
    { restart: 'always', healthcheck: { disable: true } },
    'has no health check: healthcheck, with a test',
  ],
  [
    'is asked elsewhere',
    { ports: ['127.0.0.1:1:80'], healthcheck: { test: ['CMD', 'http://127.0.0.1:81/'] } },
    'is asked for health at port 81, and publishes 80',
  ],
  ['joins no network', { networks: ['back'] }, 'joins back, which is no network'],
  [
    'shares the network of nobody',
    { network_mode: 'service:workers' },
    'shares the network of workers, which is not there',
  ],
  [
    'is built from elsewhere',
    { build: { target: 'worker', dockerfile: 'X' } },
    'is built from X, and not from Dockerfile',
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

test.each(['!.env', '!**', '!.git'])('%s in .dockerignore is told', (line) => {
  expect(ignoreProblems(`*\n!worker\n`)).toEqual([]);
  expect(ignoreProblems(`*\n${line}\n`)).toEqual([`.dockerignore: ${line}: a secret could slip in`]);
});
