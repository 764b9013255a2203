// What docker-compose.yml names inside of its services, held against what there is: files behind mounts, stages of the Dockerfile, options
// of the emulators, services and ports that Prometheus and the services ask.
import { access, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMPOSE_FILE, type ComposeFile, type ComposeService, wordsOf } from './compose-file.ts';
import { parseDockerfile } from './dockerfile.ts';

/** Paths that a command or variable names, under a folder of the repository that is mounted there. */
export async function mountedFileProblems(root: string, { services }: ComposeFile): Promise<string[]> {
  const named = Object.entries(services).flatMap(([name, service]) =>
    mountsOf(service).flatMap(([source, target]) =>
      pathsOf(service)
        .filter((path) => path.startsWith(`${target}/`))
        .map((path) => ({ name, path, file: posix.join(source, path.slice(target.length)) })),
    ),
  );
  const there = await Promise.all(named.map(({ file }) => exists(join(root, file))));
  return named
    .filter((_, at) => there[at] !== true)
    .map(({ name, path, file }) => `${COMPOSE_FILE}: ${name} asks for ${path}, and ${file} is not there`);
}

function mountsOf({ volumes }: ComposeService): (readonly [string, string])[] {
  return volumes
    .map((volume) => volume.split(':'))
    .flatMap(([source = '', target = '']) => (source.startsWith('./') ? [[source, target] as const] : []));
}

function pathsOf(service: ComposeService): string[] {
  const texts = [...wordsOf(service), ...Object.values(service.environment)];
  return texts.flatMap((text) => [...text.matchAll(/(?:^|[=\s"])(\/[\w./-]+)/g)].map(([, path = '']) => path));
}

export async function targetProblems(root: string, { services }: ComposeFile): Promise<string[]> {
  const stages = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8')).map(({ name }) => name);
  return Object.entries(services)
    .filter(([, { build }]) => build !== undefined && !stages.includes(build.target))
    .map(
      ([name, { build }]) =>
        `${COMPOSE_FILE}: ${name} is built as ${build?.target}, which is no stage of the Dockerfile`,
    );
}

export async function sandboxProblems(root: string, { services }: ComposeFile): Promise<string[]> {
  const source = await readFile(join(root, 'sandbox', 'main.ts'), 'utf8');
  return Object.entries(services).flatMap(([name, service]) =>
    wordsOf(service)
      .filter((word) => word.includes('sandbox/main.ts '))
      .flatMap((word) => [...word.matchAll(/ --([a-z-]+)/g)])
      .filter(([, option = '']) => !new RegExp(`\\b${option}\\b`).test(source))
      .map(([, option]) => `${COMPOSE_FILE}: ${name}: the emulators have no option --${option}`),
  );
}

const scrapeSchema = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })).default([]),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
    }),
  ),
});

/** Prometheus asks services that there are, at ports that the worker's configuration serves. */
export async function scrapeProblems(root: string, { services }: ComposeFile, config: string): Promise<string[]> {
  const text = await readFile(join(root, 'monitoring', 'prometheus.yml'), 'utf8').catch(() => undefined);
  if (text === undefined) return ['monitoring/prometheus.yml is not there'];
  const served = [...config.matchAll(/[lL]isten: "[^"]*:(\d+)"/g)].map(([, port = '']) => port);
  const asked = scrapeSchema
    .parse(parse(text))
    .scrape_configs.flatMap(({ job_name, dns_sd_configs, static_configs }) => [
      ...dns_sd_configs.flatMap(({ names, port }) => names.map((host) => ({ job_name, host, port: String(port) }))),
      ...static_configs
        .flatMap(({ targets }) => targets)
        .map((target) => ({ job_name, host: target.split(':')[0] ?? '', port: target.split(':')[1] ?? '' })),
    ]);
  return asked.flatMap(({ job_name, host, port }) => [
    ...(host in services ? [] : [`monitoring/prometheus.yml: ${job_name} asks ${host}, which is no service`]),
    ...(host !== 'worker' || served.includes(port)
      ? []
      : [`monitoring/prometheus.yml: ${job_name} asks port ${port}, and the worker serves ${served.join(', ')}`]),
  ]);
}

/** host, host:port and http://host:port in the variables and words of services. */
export function askedServices({
  services,
}: ComposeFile): { readonly from: string; readonly host: string; readonly port: string | undefined }[] {
  return Object.entries(services).flatMap(([from, service]) => {
    const values = Object.entries(service.environment)
      .filter(([name]) => /(?:ADDRESS|HOST|SEEDS|ENDPOINT)$/.test(name))
      .map(([, value]) => /^([a-z][\w-]*)(?::(\d+))?$/.exec(value));
    const urls = wordsOf(service).map((word) => /^https?:\/\/([a-z][\w-]*):(\d+)\/?$/.exec(word));
    return [...values, ...urls].flatMap((found) =>
      found === null || found[1] === 'localhost' ? [] : [{ from, host: found[1] ?? '', port: found[2] }],
    );
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
