// Are the arguments of every resource, data source and provider, and those of the blocks inside, ones that the provider knows, and are
// the required ones there? What `terraform validate` would say, without the provider.
import { join } from 'node:path';
import type { InfraCheck } from '../check.ts';
import { languageProblems } from './language.ts';
import { type ProviderSchema, readProviderSchema, type SchemaNode, schemaVersion } from './schema.ts';
import { type Body, blocks, readTerraform, record, type TerraformModule } from './tree.ts';

// Terraform's own, on any resource.
const META = new Set(['for_each', 'count', 'depends_on', 'lifecycle', 'provider', 'provisioner', 'connection']);
const DEPTH_MAX = 20;

interface Place {
  readonly where: string;
  readonly problems: string[];
}

export function terraformArguments(root: string): InfraCheck {
  return {
    name: 'terraform arguments',
    run: async () => {
      const schema = readProviderSchema(join(root, 'provider-schema.txt'));
      const { modules } = await readTerraform(root);
      const problems: string[] = [];
      const looked = { blocks: 0, arguments: 0 };
      const version = schemaVersion(join(root, 'provider-schema.txt'));
      for (const module of modules.values()) {
        problems.push(...otherVersion(module, version), ...languageProblems(module));
        for (const { kind, type, name, body, file } of module.resources) {
          const own = Object.fromEntries(Object.entries(body).filter(([key]) => !META.has(key)));
          checkType(schema, `${kind} ${type}`, own, { where: `${file}: ${kind} ${type}.${name}`, problems }, looked);
        }
        for (const provider of module.providers) {
          checkType(schema, 'provider aws', provider, { where: `${module.path}: provider aws`, problems }, looked);
        }
      }
      const checked = `${looked.arguments} arguments of ${looked.blocks} blocks in ${modules.size} modules and environments`;
      return { checked, problems };
    },
  };
}

/** What is planned is what was checked. */
function otherVersion({ path, settings }: TerraformModule, checked: string | undefined): string[] {
  if (!path.startsWith('environments/')) return [];
  const { version } = record(blocks(settings.required_providers)[0]?.aws);
  return version === checked ? [] : [`${path}: uses version ${String(version)} of the provider, checked is ${checked}`];
}

type Looked = { blocks: number; arguments: number };

function checkType(schema: ProviderSchema, type: string, body: Body, place: Place, looked: Looked): void {
  const node = schema.get(type);
  if (node === undefined) {
    place.problems.push(`${place.where}: not in provider-schema.txt: run node scripts/write-provider-schema.ts`);
    return;
  }
  checkBody(node, body, place, looked, 0);
}

function checkBody(node: SchemaNode, body: Body, place: Place, looked: Looked, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`${place.where}: blocks are more than ${DEPTH_MAX} deep`);
  looked.blocks += 1;
  const dynamic = record(body.dynamic);
  for (const [name, value] of Object.entries(body)) {
    if (name !== 'dynamic') checkArgument(node, name, value, place, looked, depth);
  }
  for (const [name, found] of Object.entries(dynamic)) {
    for (const content of blocks(found).flatMap((each) => blocks(each.content))) {
      checkArgument(node, name, [content], place, looked, depth);
    }
  }
  for (const [name, { required }] of node.children) {
    if (required && !(name in body) && !(name in dynamic)) place.problems.push(`${place.where}: ${name} is missing`);
  }
}

function checkArgument(
  node: SchemaNode,
  name: string,
  value: unknown,
  place: Place,
  looked: Looked,
  depth: number,
): void {
  looked.arguments += 1;
  const known = node.children.get(name);
  if (known === undefined) {
    place.problems.push(`${place.where}: has no argument ${name}${suggestion(name, node)}`);
    return;
  }
  if (!known.settable) {
    place.problems.push(`${place.where}: ${name} is given by AWS and cannot be set`);
    return;
  }
  const inside = { where: `${place.where}.${name}`, problems: place.problems };
  if (known.block) {
    if (!Array.isArray(value)) place.problems.push(`${inside.where}: is a block: write it without =`);
    // Of the provider's own blocks the generated code says no more than that they are blocks.
    if (known.children.size > 0) for (const each of blocks(value)) checkBody(known, each, inside, looked, depth + 1);
  } else if (known.children.size === 0 && blocks(value).length > 0) {
    place.problems.push(`${inside.where}: is an argument: write it with =`);
  }
}

/** The nearest name, where one is near. */
function suggestion(name: string, { children }: SchemaNode): string {
  const [near] = [...children.keys()]
    .map((known) => ({ known, far: distance(name, known) }))
    .sort((a, b) => a.far - b.far);
  return near !== undefined && near.far <= 3 ? `; did you mean ${near.known}?` : '';
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...a].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
