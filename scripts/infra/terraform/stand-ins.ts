// Rewrites terraform/ so that Terraform can plan it without the AWS provider: each resource becomes a terraform_data (built in) that takes
// the same arguments. What is planned then: every variable, local, condition, loop, template and call, and whether what must be
// known beforehand is. What is not: what AWS thinks of it. Pure.
import { type Body, type Resource, record, type TerraformModule, type TerraformTree } from './tree.ts';

const META = new Set(['for_each', 'count', 'depends_on', 'lifecycle', 'provider', 'dynamic']);
const ATTRIBUTE = /(?<![\w.-])(data\.)?(aws_\w+)\.(\w+)(\[[^\]]*\])?((?:\.\w+|\[\d+\])*)/g;
// In a loop over resources, the name of one.
const IN_A_LOOP = /\b(key|bucket|secret|alarm)\.arn\b/g;
const ACCOUNT = /data\.aws_caller_identity\.current\.account_id/g;

/** By the path of a module: its main.tf.json. */
export function standInsFor(tree: TerraformTree): Map<string, string> {
  return new Map([...tree.modules].map(([path, module]) => [path, JSON.stringify(standInFor(module), null, 1)]));
}

function standInFor(module: TerraformModule): Body {
  const { variables, locals, outputs, calls, resources } = module;
  const stood = resources
    .filter(({ type }) => type !== 'aws_caller_identity')
    .map((resource) => [nameOf(resource), standIn(resource)]);
  const parts = {
    variable: mapped(variables, withPlainType),
    locals: rewritten(Object.fromEntries(locals)),
    output: mapped(outputs, (body) => ({ ...record(rewritten(body)), ...order(body) })),
    module: mapped(calls, rewritten),
    resource: stood.length === 0 ? {} : { terraform_data: Object.fromEntries(stood) },
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(record(part)).length > 0));
}

function mapped(bodies: ReadonlyMap<string, Body>, change: (body: Body) => unknown): Body {
  return Object.fromEntries([...bodies].map(([name, body]) => [name, change(body)]));
}

/** In JSON a type is a text, and no expression. */
function withPlainType({ type, ...body }: Body): Body {
  return { ...body, ...(type === undefined ? {} : { type: String(type).replace(/^\$\{|\}$/g, '') }) };
}

function nameOf({ kind, type, name }: Resource): string {
  return `${kind === 'data' ? 'data_' : ''}${type}__${name}`;
}

function standIn({ body }: Resource): unknown {
  const own = Object.entries(body).filter(([argument]) => !META.has(argument));
  const loops = Object.entries(record(body.dynamic)).map(([block, found]) => [`dynamic_${block}`, loopsOf(found)]);
  const many = Object.entries(body).filter(([argument]) => argument === 'for_each' || argument === 'count');
  const input = Object.fromEntries([...own, ...loops]);
  return { ...record(rewritten({ ...Object.fromEntries(many), input })), ...order(body) };
}

/** What is to be made first: a circle of it is found by the plan. */
function order({ depends_on: first }: Body): Body {
  const names = (Array.isArray(first) ? first : []).map((name) => String(name).replace(/^\$\{(.*)\}$/, '$1.id'));
  return names.length === 0
    ? {}
    : { depends_on: names.map((name) => name.replace(ATTRIBUTE, stoodIn).replace(/\.id$/, '')) };
}

/** What a dynamic block loops over; its content speaks of a name that only the block has. */
function loopsOf(found: unknown): unknown[] {
  return (Array.isArray(found) ? found : []).map((block) =>
    String(record(block).for_each).replace(/^\$\{(.*)\}$/s, (_, loop: string) => `\${[for each_one in (${loop}) : 1]}`),
  );
}

function rewritten(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(ACCOUNT, '"111122223333"').replace(ATTRIBUTE, stoodIn).replace(IN_A_LOOP, '$1.id');
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'dynamic' && name !== 'depends_on');
  return Object.fromEntries(entries.map(([name, part]) => [name, rewritten(part)]));
}

/** Every attribute is the id of the stand-in: a text that is not known before it is made. */
function stoodIn(_: string, data: string | undefined, type: string, name: string, index = '', rest = ''): string {
  const stand = `terraform_data.${data === undefined ? '' : 'data_'}${type}__${name}${index}`;
  if (rest === '') return stand;
  return rest.endsWith('.tokens') ? `tolist([${stand}.id, "b", "c"])` : `${stand}.id`;
}
