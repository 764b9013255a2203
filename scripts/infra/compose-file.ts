// Reads docker-compose.yml, with its merge keys resolved, as far as our checks look at it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const dependency = z.object({ condition: z.string(), required: z.boolean().optional() });
/** Those of the long form, as the short form would say them. */
const port = z.union([
  z.string(),
  z.number().transform(String),
  z
    .object({
      host_ip: z.string().default('0.0.0.0'),
      published: z.coerce.string().default(''),
      target: z.coerce.string(),
    })
    .transform(({ host_ip, published, target }) => `${host_ip}:${published}:${target}`),
]);
const mount = z.union([
  z.string(),
  z
    .object({ source: z.string().default(''), target: z.string() })
    .transform(({ source, target }) => `${source}:${target}`),
]);
const variables = z.union([
  z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => String(value ?? '')),
  ),
  z
    .array(z.string())
    .transform((lines) =>
      Object.fromEntries(lines.map((line) => [line.split('=')[0] ?? '', line.split('=').slice(1).join('=')])),
    ),
]);
const waitsFor = z.union([
  z.record(z.string(), dependency),
  z
    .array(z.string())
    .transform(
      (names): Record<string, z.infer<typeof dependency>> =>
        Object.fromEntries(names.map((name) => [name, { condition: 'service_started' }])),
    ),
]);
const command = z.union([z.string(), z.array(z.string())]).optional();
export const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ target: z.string(), dockerfile: z.string().optional() }).optional(),
  restart: z.string().optional(),
  cap_add: z.array(z.string()).default([]),
  devices: z.array(z.unknown()).default([]),
  pid: z.string().optional(),
  ipc: z.string().optional(),
  env_file: z.unknown().optional(),
  extends: z.unknown().optional(),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown()).transform(Object.keys)]).default([]),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  entrypoint: command,
  command,
  environment: variables.default({}),
  volumes: z.array(mount).default([]),
  ports: z.array(port).default([]),
  profiles: z.array(z.string()).default([]),
  healthcheck: z.object({ disable: z.boolean().optional(), test: command }).optional(),
  depends_on: waitsFor.default({}),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.unknown()).default({}),
  include: z.unknown().optional(),
});

export type ComposeService = z.infer<typeof serviceSchema>;
export type ComposeFile = z.infer<typeof composeSchema>;

export const COMPOSE_FILE = 'docker-compose.yml';

export async function readCompose(root: string): Promise<ComposeFile> {
  return composeSchema.parse(parse(await readFile(join(root, COMPOSE_FILE), 'utf8'), { merge: true }));
}

/** What a service runs, as one list of words. */
export function wordsOf({ entrypoint, command: given, healthcheck }: ComposeService): string[] {
  return [entrypoint, given, healthcheck?.test].flatMap((words) => words ?? []);
}
