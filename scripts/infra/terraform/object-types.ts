// Does what is given to a variable of type object have the attributes of that type? Terraform drops one that it does not know without a
// word: a misspelt optional one is silently its default.
import type { Body } from './tree.ts';

/** By name: whether it must be there. Undefined: not an object. */
export function attributesOf(type: unknown): ReadonlyMap<string, boolean> | undefined {
  const inside = /^\$\{(?:object\()\{([\s\S]*)\}\)\}$/.exec(String(type))?.[1];
  if (inside === undefined) return undefined;
  return new Map(
    partsAtTop(inside).map((part) => {
      const [, name = '', kind = ''] = /^\s*"?([\w-]+)"?\s*[=:]\s*([\s\S]*)$/.exec(part) ?? [];
      return [name, !kind.trim().startsWith('optional(')];
    }),
  );
}

/** @param where "module network: workers" */
export function objectProblems(where: string, type: unknown, given: unknown): string[] {
  const attributes = attributesOf(type);
  if (attributes === undefined || typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  const names = Object.keys(given as Body);
  return [
    ...names.filter((name) => !attributes.has(name)).map((name) => `${where} has no attribute ${name}`),
    ...[...attributes]
      .filter(([name, required]) => required && !names.includes(name))
      .map(([name]) => `${where}: ${name} is missing`),
  ];
}

/** Between commas and line ends that are in no brackets. */
function partsAtTop(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if ('({['.includes(letter)) depth += 1;
    if (')}]'.includes(letter)) depth -= 1;
    if (depth === 0 && (letter === ',' || letter === '\n')) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.filter((part) => part.trim() !== '' && !part.trim().startsWith('#'));
}
