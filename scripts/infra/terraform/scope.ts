// What a value written in a module is in one environment: followed through variables, locals and calls. Knows literals, var.x,
// var.x.y, local.x and "condition ? a : b" of these; anything else is not known before a plan, and undefined.
import { calledBy } from './references.ts';
import { type Body, record, type TerraformModule, type TerraformTree } from './tree.ts';

export interface Scope {
  readonly module: TerraformModule;
  readonly given: Body;
  readonly above: Scope | undefined;
}

const DEPTH_MAX = 30;

/** @param calls names of modules, from the environment inwards. */
export function scopeOf(tree: TerraformTree, environment: string, calls: readonly string[]): Scope {
  const module = tree.modules.get(environment);
  if (module === undefined) throw new RangeError(`there is no ${environment}`);
  return calls.reduce<Scope>(
    (above, name) => {
      const call = above.module.calls.get(name);
      const called = call === undefined ? undefined : calledBy(above.module, call, tree);
      if (call === undefined || called === undefined)
        throw new RangeError(`${above.module.path} calls no module ${name}`);
      return { module: called, given: call, above };
    },
    { module, given: {}, above: undefined },
  );
}

export function valueIn(scope: Scope, value: unknown, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw new RangeError(`${scope.module.path}: more than ${DEPTH_MAX} steps to a value`);
  if (typeof value !== 'string') return value;
  const inside = /^\$\{(.+)\}$/s.exec(value)?.[1]?.trim();
  if (inside === undefined) return value.includes('${') ? undefined : value;
  const [, condition, yes, no] = /^([\w.]+) \? (\S+) : (\S+)$/.exec(inside) ?? [];
  if (condition !== undefined && yes !== undefined && no !== undefined) {
    const chosen = valueIn(scope, `\${${condition}}`, depth + 1) === true ? yes : no;
    return valueIn(scope, literal(chosen), depth + 1);
  }
  return namedIn(scope, inside, depth);
}

function namedIn(scope: Scope, name: string, depth: number): unknown {
  const [kind, first = '', ...rest] = name.split('.');
  const found =
    kind === 'var' ? variableIn(scope, first, depth) : kind === 'local' ? scope.module.locals.get(first) : undefined;
  const value = kind === 'local' ? valueIn(scope, found, depth + 1) : found;
  return rest.reduce<unknown>((body, key) => record(body)[key], value);
}

function variableIn({ module, given, above }: Scope, name: string, depth: number): unknown {
  if (name in given && above !== undefined) return valueIn(above, given[name], depth + 1);
  return module.variables.get(name)?.default;
}

function literal(text: string): unknown {
  if (/^(true|false|null|-?\d+(\.\d+)?)$/.test(text)) return JSON.parse(text);
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : `\${${text}}`;
}
