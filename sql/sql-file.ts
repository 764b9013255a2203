// Reads the .sql files of this folder. `:name` in a file stands for a literal or identifier that code fixed and this
// module checked: numbers, booleans, dates, enum words. Never for text from outside; that is a bound value, $1.
import { readFileSync } from 'node:fs';

export type Literals = Readonly<Record<string, number | bigint | boolean | string>>;

export interface SqlStep {
  readonly name: string;
  readonly text: string;
  /** The step joins the whole pool: by hash only. A nested loop would take hours, sorting twice the time. */
  readonly hashed: boolean;
}

const files = new Map<string, string>();
const SAFE_TEXT = /^[A-Za-z0-9_./:{},+-]*$/;
const PLACEHOLDER = /(?<![:\w]):([a-z_]+)\b/g;
// Whatever means to be one: a step line that is misspelt must not become a comment and two steps one statement.
const STEP_LINE = /^(?=--\s*step\b)/im;
const STEP = /^-- step: (\w+)( hashed)?(?: (if|unless) (\w+))?$/;

/** One statement (or a script without values) with its literals filled in. */
export function readSql(file: string, literals: Literals = {}): string {
  const text = withoutComments(load(file));
  return text.replaceAll(PLACEHOLDER, (_whole, name: string) => literal(file, name, literals[name]));
}

/** The statements of a matching pass, in order; a step `if x` is left out where literal x is false. */
export function readSteps(file: string, literals: Literals): SqlStep[] {
  const steps: SqlStep[] = [];
  for (const part of load(file).split(STEP_LINE)) {
    if (part.search(STEP_LINE) !== 0) {
      if (withoutComments(part) === '') continue;
      throw new SyntaxError(`sql/${file}: a statement stands before the first step`);
    }
    const [, name, hashed, condition, flag] = STEP.exec(part.slice(0, part.indexOf('\n')).trim()) ?? [];
    if (name === undefined) throw new SyntaxError(`sql/${file}: a step line is not "-- step: name"`);
    if (flag !== undefined && isSet(file, flag, literals[flag]) !== (condition === 'if')) continue;
    const text = withoutComments(part).replaceAll(PLACEHOLDER, (_whole, key: string) =>
      literal(file, key, literals[key]),
    );
    steps.push({ name, text, hashed: hashed !== undefined });
  }
  return steps;
}

function load(file: string): string {
  const known = files.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  files.set(file, text);
  return text;
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*--.*$/gm, '').trim();
}

function isSet(file: string, name: string, value: Literals[string] | undefined): boolean {
  if (typeof value !== 'boolean') throw new ReferenceError(`sql/${file} needs ${name} as true or false`);
  return value;
}

function literal(file: string, name: string, value: Literals[string] | undefined): string {
  if (value === undefined) throw new ReferenceError(`sql/${file} needs :${name}`);
  const text = String(value);
  if (!SAFE_TEXT.test(text)) throw new TypeError(`:${name} in sql/${file} is not a plain literal`);
  return text;
}
