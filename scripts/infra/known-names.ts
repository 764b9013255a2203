// What there is to be named: npm scripts, variables that our code or compose itself reads, secrets that are made at the first start.
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPOSE_FILE } from './compose-file.ts';

export interface KnownNames {
  readonly npmScripts: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

const CODE = ['worker', 'client', 'scripts', 'sandbox', 'local', 'sql'];

export async function readKnown(root: string): Promise<KnownNames> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const files = CODE.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root })).filter(
    (file) => !file.includes('infra/'),
  );
  const code = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  const compose = await readFile(join(root, COMPOSE_FILE), 'utf8');
  const made = await readFile(join(root, 'compose', 'make-secrets.ts'), 'utf8');
  return {
    npmScripts: new Set(Object.keys(scripts)),
    variables: new Set([...found(code.join('\n'), /\b(RECON_[A-Z_]+)\b/g), ...found(compose, /\$\{(RECON_[A-Z_]+)/g)]),
    secrets: new Set(found(made, /once\('([a-z/-]+)'/g)),
  };
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
