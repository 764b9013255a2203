// HashiCorp's own parser and formatter of Terraform's language, compiled to WebAssembly. Loaded by require, as their declarations pull
// the browser's types into every file of ours.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { parse }: { parse(file: string, text: string): Promise<Parsed> } = require('@cdktn/hcl2json');
const { format }: { format(text: string): Promise<string> } = require('@cdktn/hcl-tools');

type Parsed = Readonly<Record<string, unknown>>;

// Several checks read the same files, and tests read them again with one of them changed.
const known = new Map<string, Promise<Parsed>>();
const KNOWN_MAX = 2_000;

/** @throws with file, line and what is wrong. */
export function parseHcl(file: string, text: string): Promise<Parsed> {
  const key = `${file}\n${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const parsed = parse(file, text);
  known.set(key, parsed);
  return parsed;
}

/** As `terraform fmt` lays it out. */
export const formatHcl = format;
