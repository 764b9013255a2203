// The provider's schema, cut down to what is used here: terraform/provider-schema.txt. scripts/write-provider-schema.ts writes it.
// A line is a name and letters: r required, o optional, c computed (may be read), b a block; what is inside is indented.
import { readFileSync } from 'node:fs';

export interface SchemaNode {
  readonly required: boolean;
  readonly settable: boolean;
  readonly block: boolean;
  readonly children: Map<string, SchemaNode>;
}

/** By "resource aws_s3_bucket", "data aws_iam_policy_document", "provider aws". */
export type ProviderSchema = ReadonlyMap<string, SchemaNode>;

const INDENT = 2;

/** Of the provider, such as 6.66.0. */
export function schemaVersion(path: string): string | undefined {
  return /^# hashicorp\/aws (\S+),/.exec(readFileSync(path, 'utf8'))?.[1];
}

export function readProviderSchema(path: string): ProviderSchema {
  const types = new Map<string, SchemaNode>();
  const above: SchemaNode[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const depth = line.search(/\S/) / INDENT;
    const [name = '', letters = ''] = depth === 0 ? [line] : line.trim().split(' ');
    const node = nodeOf(letters);
    if (depth === 0) types.set(name, node);
    else above[depth - 1]?.children.set(name, node);
    above[depth] = node;
  }
  return types;
}

function nodeOf(letters: string): SchemaNode {
  return {
    required: letters.includes('r'),
    settable: letters.includes('r') || letters.includes('o'),
    block: letters.includes('b'),
    children: new Map(),
  };
}
