// What there is to be named: npm scripts, commands of the client with their options, variables that our code or compose itself reads,
// secrets that are made at the first start.
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { processIo } from '../../client/client-io.ts';
import { createProgram } from '../../client/program.ts';
import { COMPOSE_FILE } from './compose-file.ts';

export interface KnownNames {
  readonly npmScripts: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly program: Command;
}

const CODE = ['worker', 'client', 'scripts', 'sandbox', 'local'];

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
    program: createProgram(processIo(process)),
  };
}

/** @param line a command and its arguments, such as "run --processors stripe" */
export function unknownCommand({ program }: KnownNames, line: string): string[] {
  let command = program;
  const problems: string[] = [];
  for (const word of line.split(/\s+/)) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next !== undefined) command = next;
    else if (command === program) return [`the client has no command "${word}"`];
    const knows = command.options.concat(program.options).some(({ long }) => long === word);
    if (word.startsWith('--') && !knows) problems.push(`"${command.name()}" has no option ${word}`);
  }
  return problems;
}

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
