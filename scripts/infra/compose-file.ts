// Reads docker-compose.yml, with its merge keys resolved, as far as our checks look at it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const dependency = z.object({ condition: z.string(), required: z.boolean().optional() });
const command = z.union([z.string(), z.array(z.string())]).optional();
export const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ target: z.string() }).optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  entrypoint: command,
  command,
  environment: z.record(z.string(), z.coerce.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  healthcheck: z.object({ disable: z.boolean().optional(), test: command }).optional(),
  depends_on: z.record(z.string(), dependency).default({}),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
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
