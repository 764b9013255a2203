// Do the commands that tasks run exist in the code: the programs, the flags that package.json starts the worker with, the subcommand,
// its options and arguments?
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { InfraCheck } from '../check.ts';
import { clientCommandProblems } from '../client-command.ts';
import { readTerraform } from './tree.ts';

const CLIENT = 'client/main.ts';
const WORKER = 'worker/main.ts';

export function terraformCommands(root: string): InfraCheck {
  return {
    name: 'terraform commands',
    run: async () => {
      const { modules } = await readTerraform(root);
      const calls = [...modules.values()].flatMap(({ calls }) => [...calls]);
      const commands = calls.flatMap(([name, { command }]) =>
        Array.isArray(command) ? [{ name, words: command.map(String) }] : [],
      );
      const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
        readonly scripts: { readonly worker: string };
      };
      const found = await Promise.all(commands.map(({ name, words }) => problemsOf(name, words, scripts.worker)));
      return { checked: `${commands.length} commands`, problems: found.flat() };
    },
  };
}

async function problemsOf(task: string, words: readonly string[], startsWorker: string): Promise<string[]> {
  const program = words.find((word) => word.endsWith('.ts'));
  // `node -e` brings its program along.
  if (program === undefined) return words[1] === '-e' ? [] : [`${task}: runs no program of ours`];
  if (!existsSync(program)) return [`${task}: there is no ${program}`];
  if (program === WORKER && words.join(' ') !== startsWorker)
    return [`${task}: package.json starts the worker by ${startsWorker}`];
  if (program !== CLIENT) return [];
  const wrong = await clientCommandProblems(words.slice(words.indexOf(CLIENT) + 1));
  return wrong.map((problem) => `${task}: ${problem}`);
}
