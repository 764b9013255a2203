// Reads a folder of Terraform as data: modules and environments with their resources, variables, locals, outputs and calls.
// Decides nothing about them.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseHcl } from './hcl.ts';

export type Body = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly kind: 'resource' | 'data';
  readonly type: string;
  readonly name: string;
  readonly body: Body;
  readonly file: string;
}

export interface TerraformModule {
  /** Relative to the root, such as modules/kms. */
  readonly path: string;
  readonly files: readonly string[];
  readonly resources: readonly Resource[];
  readonly variables: ReadonlyMap<string, Body>;
  readonly locals: ReadonlyMap<string, unknown>;
  readonly outputs: ReadonlyMap<string, Body>;
  readonly calls: ReadonlyMap<string, Body>;
  readonly providers: readonly Body[];
  readonly settings: Body;
  /** Names of the blocks at the top of its files. */
  readonly kinds: readonly string[];
}

export interface TerraformTree {
  readonly root: string;
  readonly modules: ReadonlyMap<string, TerraformModule>;
  /** Each .tf and .tfvars.example, relative to the root. */
  readonly texts: ReadonlyMap<string, string>;
}

const FILES_MAX = 500;
const READ = /\.(tf|tfvars\.example)$/;

export async function readTerraform(root: string): Promise<TerraformTree> {
  const found = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && READ.test(entry.name) && !entry.parentPath.includes('.terraform'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  if (found.length === 0) throw new RangeError(`${root} holds no Terraform`);
  if (found.length > FILES_MAX) throw new RangeError(`${root} holds more than ${FILES_MAX} files of Terraform`);
  const texts = new Map<string, string>();
  const parsed = new Map<string, Map<string, Body>>();
  for (const file of found) {
    const text = await readFile(join(root, file), 'utf8');
    texts.set(file, text);
    if (!file.endsWith('.tf')) continue;
    const folder = file.slice(0, file.lastIndexOf('/'));
    const files = parsed.get(folder) ?? new Map<string, Body>();
    parsed.set(folder, files.set(file, await parseHcl(file, text)));
  }
  const modules = new Map([...parsed].map(([path, files]) => [path, moduleOf(path, files)]));
  return { root, modules, texts };
}

function moduleOf(path: string, files: ReadonlyMap<string, Body>): TerraformModule {
  const bodies = [...files.values()];
  return {
    path,
    files: [...files.keys()],
    resources: [...files].flatMap(([file, body]) => [
      ...resourcesOf('resource', file, body),
      ...resourcesOf('data', file, body),
    ]),
    variables: named(bodies, 'variable'),
    locals: new Map(bodies.flatMap((body) => blocks(body.locals).flatMap((local) => Object.entries(local)))),
    outputs: named(bodies, 'output'),
    calls: named(bodies, 'module'),
    providers: bodies.flatMap((body) => Object.values(record(body.provider)).flatMap(blocks)),
    kinds: [...new Set(bodies.flatMap((body) => Object.keys(body)))],
    settings: Object.assign({}, ...bodies.flatMap((body) => blocks(body.terraform))),
  };
}

function resourcesOf(kind: Resource['kind'], file: string, body: Body): Resource[] {
  return Object.entries(record(body[kind])).flatMap(([type, byName]) =>
    Object.entries(record(byName)).flatMap(([name, found]) =>
      blocks(found).map((each) => ({ kind, type, name, body: each, file })),
    ),
  );
}

function named(bodies: readonly Body[], kind: string): Map<string, Body> {
  return new Map(
    bodies.flatMap((body) => Object.entries(record(body[kind])).map(([name, found]) => [name, blocks(found)[0] ?? {}])),
  );
}

export function record(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

/** hcl2json gives each block as an array of bodies. */
export function blocks(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}

/** Every text in a body, however deep; expressions stand as "${…}". */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

export function resourcesOfType(module: TerraformModule, type: string): readonly Resource[] {
  return module.resources.filter((resource) => resource.kind === 'resource' && resource.type === type);
}
