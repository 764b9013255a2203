// Does everything that is referred to exist, is it read as it is declared (one or many), and is everything that is declared used?
// Variables, locals, resources and their attributes, modules, their arguments and outputs.
import { join, posix } from 'node:path';
import type { InfraCheck } from '../check.ts';
import { attributesOf, objectProblems } from './object-types.ts';
import { type ProviderSchema, readProviderSchema } from './schema.ts';
import { type Body, readTerraform, record, type TerraformModule, type TerraformTree, textsIn } from './tree.ts';

const VARIABLE = /(?<![\w.-])var\.(\w+)/g;
const LOCAL = /(?<![\w.-])local\.(\w+)/g;
const OUTPUT = /(?<![\w.-])module\.(\w+)\.(\w+)/g;
const RESOURCE = /(?<![\w.-])(data\.)?(aws_\w+)\.(\w+)(\[[^\]]*\])?(?:\.(\w+))?/g;
const ATTRIBUTE_OF_VARIABLE = /(?<![\w.-])var\.(\w+)\.(\w+)/g;
const OF_A_CALL = new Set(['source', 'providers', 'for_each', 'count', 'depends_on']);

interface Reading {
  readonly module: TerraformModule;
  readonly texts: readonly string[];
  readonly problems: string[];
}

export function terraformReferences(root: string): InfraCheck {
  return {
    name: 'terraform references',
    run: async () => {
      const schema = readProviderSchema(join(root, 'provider-schema.txt'));
      const tree = await readTerraform(root);
      const problems: string[] = [];
      let references = 0;
      for (const module of tree.modules.values()) {
        const texts = expressionsOf(module);
        const reading = { module, texts, problems };
        references += checkNames(reading, 'variable', VARIABLE, module.variables);
        references += checkNames(reading, 'local', LOCAL, module.locals);
        references += checkResources(reading, schema);
        references += checkOutputs(reading, tree);
        for (const [name, call] of module.calls) problems.push(...problemsOfCall(module, name, call, tree));
        problems.push(...attributeProblems(module), ...loopProblems(module));
        problems.push(...unusedData(module, texts));
      }
      return { checked: `${references} references in ${tree.modules.size} modules and environments`, problems };
    },
  };
}

function expressionsOf(module: TerraformModule): string[] {
  const { resources, variables, locals, outputs, calls, providers } = module;
  const all = [resources.map(({ body }) => body), [...variables.values()], [...locals.values()], [...outputs.values()]];
  return textsIn([...all, [...calls.values()], providers]).filter((text) => text.includes('${'));
}

function matchesIn(texts: readonly string[], pattern: RegExp): RegExpExecArray[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)]);
}

/** What is referred to is declared; what is declared is referred to. */
function checkNames(
  { module, texts, problems }: Reading,
  kind: string,
  pattern: RegExp,
  declared: ReadonlyMap<string, unknown>,
) {
  const found = matchesIn(texts, pattern).map(([, name = '']) => name);
  for (const name of new Set(found)) {
    if (!declared.has(name)) problems.push(`${module.path}: the ${kind} ${name} is not declared`);
  }
  for (const name of declared.keys()) {
    if (!found.includes(name)) problems.push(`${module.path}: the ${kind} ${name} is not used`);
  }
  return found.length;
}

function checkResources({ module, texts, problems }: Reading, schema: ProviderSchema): number {
  const found = matchesIn(texts, RESOURCE);
  for (const [all, data, type = '', name = '', index, attribute] of found) {
    const kind = data === undefined ? 'resource' : 'data';
    const declared = module.resources.find((each) => each.kind === kind && each.type === type && each.name === name);
    if (declared === undefined) {
      problems.push(`${module.path}: ${all}: there is no ${kind} ${type}.${name}`);
      continue;
    }
    const many = 'for_each' in declared.body || 'count' in declared.body;
    if (many && index === undefined && attribute !== undefined) {
      problems.push(`${module.path}: ${all}: there are many of ${type}.${name}: say which`);
    }
    if (!many && index !== undefined) problems.push(`${module.path}: ${all}: there is only one ${type}.${name}`);
    const known = schema.get(`${kind} ${type}`)?.children;
    if (attribute !== undefined && known?.has(attribute) === false) {
      problems.push(`${module.path}: ${all}: ${type} has no attribute ${attribute}`);
    }
  }
  return found.length;
}

function checkOutputs({ module, texts, problems }: Reading, tree: TerraformTree): number {
  const found = matchesIn(texts, OUTPUT);
  for (const [all, name = '', output = ''] of found) {
    const call = module.calls.get(name);
    if (call === undefined) problems.push(`${module.path}: ${all}: no module is called ${name}`);
    else if (calledBy(module, call, tree)?.outputs.has(output) === false) {
      problems.push(`${module.path}: ${all}: the module has no output ${output}`);
    }
  }
  return found.length;
}

export function calledBy(module: TerraformModule, call: Body, tree: TerraformTree): TerraformModule | undefined {
  return tree.modules.get(posix.join(module.path, String(call.source)));
}

function problemsOfCall(module: TerraformModule, name: string, call: Body, tree: TerraformTree): string[] {
  const where = `${module.path}: module ${name}`;
  const source = String(call.source);
  if (!source.startsWith('./') && !source.startsWith('../')) return [`${where}: ${source} is not a folder of ours`];
  const called = calledBy(module, call, tree);
  if (called === undefined) return [`${where}: there is no ${source}`];
  const given = Object.keys(call).filter((argument) => !OF_A_CALL.has(argument));
  const unknown = given.filter((argument) => !called.variables.has(argument));
  const missing = [...called.variables].filter(([variable, body]) => !('default' in body) && !given.includes(variable));
  return [
    ...unknown.map((argument) => `${where}: ${called.path} has no variable ${argument}`),
    ...missing.map(([variable]) => `${where}: ${variable} is missing`),
    ...given.flatMap((argument) =>
      objectProblems(`${where}: ${argument}`, called.variables.get(argument)?.type, call[argument]),
    ),
  ];
}

/** var.temporal.adress */
function attributeProblems(module: TerraformModule): string[] {
  const { path, variables } = module;
  return matchesIn(expressionsOf(module), ATTRIBUTE_OF_VARIABLE)
    .filter(
      ([, variable = '', attribute = '']) => attributesOf(variables.get(variable)?.type)?.has(attribute) === false,
    )
    .map(([all, variable]) => `${path}: ${all}: the variable ${variable} has no such attribute`);
}

/** each.value.kms_key, where a loop goes through a local that is written down. */
function loopProblems({ resources, locals }: TerraformModule): string[] {
  return resources.flatMap(({ file, type, name, body }) => {
    const local = /^\$\{local\.(\w+)\}$/.exec(String(body.for_each))?.[1];
    const entries = Object.entries(record(local === undefined ? undefined : locals.get(local)));
    const asked = new Set(matchesIn(textsIn(body), /each\.value\.(\w+)/g).map(([, attribute = '']) => attribute));
    return [...asked].flatMap((attribute) =>
      entries
        .filter(([, value]) => typeof value === 'object' && !(attribute in record(value)))
        .map(([key]) => `${file}: ${type}.${name}: local.${local}["${key}"] has no ${attribute}`),
    );
  });
}

/** A policy that is written and given to nobody is one that somebody believes in. */
function unusedData(module: TerraformModule, texts: readonly string[]): string[] {
  return module.resources
    .filter(({ kind, type, name }) => kind === 'data' && !texts.some((text) => text.includes(`data.${type}.${name}`)))
    .map(({ type, name, file }) => `${file}: data ${type}.${name} is not used`);
}
