// Holds docker-compose.yml to the compose specification, word for word, and to our own rules: exact images, no more rights than needed,
// nothing published beyond this machine, no secret in a variable, and nobody waits for a health that nobody measures.
import type { InfraCheck } from './check.ts';
import { COMPOSE_FILE, type ComposeFile, type ComposeService, readCompose } from './compose-file.ts';
import { isExactImage } from './images.ts';
import { problemLines, runTool } from './python-tools.ts';

// Their images start as root, take over the folder of the data, and go on as a user of their own.
const CHANGES_USER = ['database', 'temporal-database'];
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
        problems: services.flatMap(([name, service]) =>
          serviceProblems(compose, name, service).map((problem) => `${COMPOSE_FILE}: ${name} ${problem}`),
        ),
      };
    },
  };
}

export function serviceProblems(compose: ComposeFile, name: string, service: ComposeService): string[] {
  return [...rightsProblems(name, service), ...secretProblems(service), ...orderProblems(compose, service)];
}

function rightsProblems(name: string, service: ComposeService): string[] {
  const problems: string[] = [];
  const { build, image, user, cap_drop, security_opt, ports } = service;
  if (build === undefined && !isExactImage(image)) problems.push(`runs ${image}, which is not an exact version`);
  if (service.privileged === true) problems.push('is privileged');
  if (!cap_drop.includes('ALL') && !CHANGES_USER.includes(name)) problems.push('keeps capabilities: cap_drop: [ALL]');
  if (!security_opt.includes('no-new-privileges:true')) problems.push('may gain privileges: no-new-privileges:true');
  if (build !== undefined && !/^[1-9]\d*:[1-9]\d*$/.test(user ?? '')) problems.push('runs as root');
  if (build !== undefined && service.read_only !== true) problems.push('may write into its image: read_only: true');
  for (const port of ports) if (!port.startsWith('127.0.0.1:')) problems.push(`publishes ${port} beyond this machine`);
  return problems;
}

function secretProblems({ environment }: ComposeService): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => SECRET_NAME.test(name) && value !== '' && !value.startsWith('/secrets/'))
    .map(([name]) => `has a secret in the variable ${name}: name a file`);
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
