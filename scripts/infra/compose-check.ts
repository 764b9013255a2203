// Holds docker-compose.yml to the compose specification, word for word, and to our own rules: exact images, no more rights than needed,
// nothing published beyond this machine, no secret in a variable, and nobody waits for a health that nobody measures.
import type { InfraCheck } from './check.ts';
import { COMPOSE_FILE, type ComposeFile, type ComposeService, readCompose } from './compose-file.ts';
import { isExactImage } from './images.ts';
import { problemLines, runTool } from './python-tools.ts';

// Their images start as root, take over the folder of the data, and go on as a user of their own.
const CHANGES_USER = ['database', 'temporal-database'];
// Why nobody asks them.
const NO_HEALTH: Readonly<Record<string, string>> = {
  'temporal-ui': 'its image has no program that could ask',
  watchdog: 'it sleeps between looks, and serves nothing',
};
const RESTARTS = /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/;
const OPEN_DOORS: ReadonlyMap<string, string> = new Map([
  ['POSTGRES_HOST_AUTH_METHOD', 'trust'],
  ['GF_AUTH_ANONYMOUS_ENABLED', 'true'],
  ['GF_AUTH_DISABLE_LOGIN_FORM', 'true'],
  ['GF_USERS_ALLOW_SIGN_UP', 'true'],
]);
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|PWD|CREDENTIAL|(^|_)KEY($|_)/i;

export function composeCheck(root: string): InfraCheck {
  return {
    name: 'docker compose',
    run: async () => {
      const args = ['--builtin-schema', 'vendor.compose-spec', '--output-format', 'text', COMPOSE_FILE];
      const schema = await runTool('schemas', 'check-jsonschema', args, { cwd: root });
      if (schema.code !== 0)
        return { checked: 'the schema', problems: problemLines(schema.stdout + schema.stderr, root) };
      const compose = await readCompose(root);
      const services = Object.entries(compose.services);
      return {
        checked: `${services.length} services by the compose specification and by our own rules`,
        problems: [
          ...services.flatMap(([name, service]) =>
            serviceProblems(compose, name, service).map((problem) => `${COMPOSE_FILE}: ${name} ${problem}`),
          ),
          ...(compose.include === undefined ? [] : [`${COMPOSE_FILE}: include: what it takes in is checked by nobody`]),
        ],
      };
    },
  };
}

export function serviceProblems(compose: ComposeFile, name: string, service: ComposeService): string[] {
  return [
    ...rightsProblems(name, service),
    ...hostProblems(service),
    ...secretProblems(service),
    ...healthProblems(name, service),
    ...orderProblems(compose, service),
    ...networkProblems(compose, service),
  ];
}

function rightsProblems(name: string, service: ComposeService): string[] {
  const problems: string[] = [];
  const { build, image, user, cap_drop, security_opt, ports } = service;
  if (build === undefined && !isExactImage(image)) problems.push(`runs ${image}, which is not an exact version`);
  if (service.privileged === true) problems.push('is privileged');
  if (!cap_drop.includes('ALL') && !CHANGES_USER.includes(name)) problems.push('keeps capabilities: cap_drop: [ALL]');
  if (!security_opt.includes('no-new-privileges:true')) problems.push('may gain privileges: no-new-privileges:true');
  const named = /^[1-9]\d*:[1-9]\d*$/.test(user ?? '');
  if (build === undefined ? /^(?:root|0)(?::|$)/.test(user ?? '') : !named) problems.push('runs as root');
  if (build !== undefined && service.read_only !== true) problems.push('may write into its image: read_only: true');
  for (const port of ports) if (!port.startsWith('127.0.0.1:')) problems.push(`publishes ${port} beyond this machine`);
  return problems;
}

/** Ways out of the container, onto the machine. */
function hostProblems(service: ComposeService): string[] {
  const { cap_add, devices, security_opt, network_mode, pid, ipc, volumes } = service;
  const mounted = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => /^[/~]|\.sock$/.test(source));
  return [
    ...cap_add.map((right) => `is given ${right}: cap_add`),
    ...(devices.length > 0 ? ['is given devices of this machine'] : []),
    ...security_opt
      .filter((option) => /unconfined|no-new-privileges:false/.test(option))
      .map((option) => `is not confined: ${option}`),
    ...[network_mode, pid, ipc]
      .filter((mode) => mode === 'host')
      .map(() => 'shares network, processes or memory with this machine'),
    ...mounted.map((source) => `mounts ${source} of this machine: a folder of the repository, or a volume`),
    ...(service.env_file === undefined ? [] : ['takes its variables from a file that nobody checks: env_file']),
    ...(service.extends === undefined ? [] : ['is made of a service elsewhere: extends']),
    ...(service.build?.dockerfile === undefined
      ? []
      : [`is built from ${service.build.dockerfile}, and not from Dockerfile`]),
  ];
}

function secretProblems({ environment, entrypoint, command }: ComposeService): string[] {
  const words = [entrypoint, command].flatMap((part) => part ?? []);
  return [
    ...Object.entries(environment)
      .filter(([name, value]) => SECRET_NAME.test(name) && value !== '' && !value.startsWith('/secrets/'))
      .map(([name]) => `has a secret in the variable ${name}: name a file`),
    ...Object.entries(environment)
      .filter(([, value]) => /:\/\/[^/\s:@]*:[^/\s@]+@/.test(value))
      .map(([name]) => `has a password in the address ${name}: name a file`),
    ...Object.entries(environment)
      .filter(([name, value]) => OPEN_DOORS.get(name) === value.toLowerCase())
      .map(([name, value]) => `lets everybody in: ${name} is ${value}`),
    ...words
      .filter((word) => /--[\w.-]*(?:password|secret|token)[= ](?!\/)\S/i.test(word))
      .map(() => 'has a secret in its command: name a file'),
  ];
}

function healthProblems(name: string, { restart, build, healthcheck, ports }: ComposeService): string[] {
  const asks = healthcheck?.test !== undefined || (build !== undefined && healthcheck?.disable !== true);
  const published = ports.map((port) => port.split('/')[0]?.split(':').at(-1));
  const asked = [healthcheck?.test]
    .flatMap((words) => words ?? [])
    .flatMap((word) => [...word.matchAll(/127\.0\.0\.1:(\d+)/g)]);
  return [
    ...(restart === undefined || RESTARTS.test(restart)
      ? []
      : [`is started again ${restart}, which docker does not know`]),
    ...(restart === undefined || asks || name in NO_HEALTH ? [] : ['has no health check: healthcheck, with a test']),
    ...asked
      .filter(([, port]) => published.length > 0 && !published.includes(port))
      .map(([, port]) => `is asked for health at port ${port}, and publishes ${published.join(', ')}`),
  ];
}

function networkProblems(
  { services, networks }: ComposeFile,
  { network_mode, networks: joined }: ComposeService,
): string[] {
  const other = /^service:(.+)$/.exec(network_mode ?? '')?.[1];
  return [
    ...(other === undefined || other in services ? [] : [`shares the network of ${other}, which is not there`]),
    ...joined
      .filter((network) => network !== 'default' && !(network in networks))
      .map((network) => `joins ${network}, which is no network`),
  ];
}

function orderProblems({ services, volumes }: ComposeFile, service: ComposeService): string[] {
  const { depends_on, volumes: mounts, profiles } = service;
  const waits = Object.entries(depends_on).flatMap(([other, { condition, required }]) => {
    const known = services[other];
    if (known === undefined) return [`waits for ${other}, which is not there`];
    const comesAlong = known.profiles.length === 0 || known.profiles.some((profile) => profiles.includes(profile));
    if (!comesAlong && required !== false) return [`needs ${other}, which is in a profile: required: false`];
    if (condition !== 'service_healthy' || known.healthcheck?.test !== undefined) return [];
    return [`waits until ${other} is healthy, and nobody measures that`];
  });
  const named = mounts.map((mount) => mount.split(':')[0] ?? '').filter((source) => /^[a-z]/.test(source));
  return [
    ...waits,
    ...named.filter((source) => !(source in volumes)).map((source) => `mounts ${source}, which is no volume`),
  ];
}
