// The resources that one with for_each becomes, as far as that can be read without running anything: over a local, or several merged.
import { type Body, type Resource, record, type TerraformModule } from './tree.ts';

const EACH_KEY = `\${each.key}`;
const EACH_VALUE = /^\$\{each\.value\.(\w+)\}$/;

export interface Instance {
  readonly where: string;
  readonly key: string;
  readonly body: Body;
}

/** One for each entry of the local that for_each goes through; `each.key` and `each.value.x` are filled in. */
export function instancesOf(module: TerraformModule, { body, file, type, name }: Resource): Instance[] {
  const entries = Object.entries(record(meant(module, body.for_each)));
  if (entries.length === 0) return [{ where: `${file}: ${type}.${name}`, key: name, body }];
  return entries.map(([key, value]) => ({
    where: `${file}: ${type}.${name}["${key}"]`,
    key,
    body: record(filledIn(body, key, (field) => meant(module, record(value)[field]))),
  }));
}

function filledIn(part: unknown, key: string, fieldOf: (field: string) => unknown): unknown {
  if (part === EACH_KEY) return key;
  const field = typeof part === 'string' ? EACH_VALUE.exec(part)?.[1] : undefined;
  if (field !== undefined) return fieldOf(field);
  if (Array.isArray(part)) return part.map((each) => filledIn(each, key, fieldOf));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, filledIn(inner, key, fieldOf)]));
}

/** A local, or several of them merged, instead of their names. */
function meant({ locals }: TerraformModule, value: unknown): unknown {
  const [, one] = /^\$\{local\.(\w+)\}$/.exec(String(value)) ?? [];
  const [, merged] = /^\$\{merge\(((?:local\.\w+(?:, )?)+)\)\}$/.exec(String(value)) ?? [];
  if (one !== undefined && locals.has(one)) return meant({ locals } as TerraformModule, locals.get(one));
  if (merged === undefined) return value;
  return Object.assign({}, ...merged.split(', ').map((name) => record(locals.get(name.replace('local.', '')))));
}
