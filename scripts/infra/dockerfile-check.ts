// Holds the Dockerfile to its rules: exact images, nobody's user, exec form, a health check, production packages whose scripts do not
// run, the Node of the tests, the flags of `npm run worker`. Beside hadolint, which knows what people commonly get wrong.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { inherited, parseDockerfile, type Stage } from './dockerfile.ts';
import { isExactImage } from './images.ts';
import { problemLines, runTool } from './python-tools.ts';

interface Manifest {
  readonly scripts: { readonly worker: string };
  readonly devDependencies: { readonly node: string };
}

export function dockerfileCheck(root: string): InfraCheck {
  return {
    name: 'Dockerfile',
    run: async () => {
      const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
      const stages = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'));
      const ignored = await readFile(join(root, '.dockerignore'), 'utf8');
      const hadolint = await runTool('linters', 'hadolint', ['--no-color', 'Dockerfile'], { cwd: root });
      return {
        checked: `${stages.length} stages by hadolint and by our own rules`,
        problems: [
          ...problemLines(hadolint.stdout + hadolint.stderr, root),
          ...dockerfileProblems(stages, manifest).map((problem) => `Dockerfile: ${problem}`),
          ...(/^\*$/m.test(ignored)
            ? []
            : ['.dockerignore: does not start with everything (*): a secret could slip in']),
        ],
      };
    },
  };
}

export function dockerfileProblems(stages: readonly Stage[], manifest: Manifest): string[] {
  const last = stages.at(-1);
  if (last === undefined) return ['has no stage'];
  return [...stages.flatMap((stage) => imageProblems(stages, stage, manifest)), ...runProblems(stages, last, manifest)];
}

function imageProblems(stages: readonly Stage[], { from, line }: Stage, { devDependencies }: Manifest): string[] {
  if (stages.some(({ name }) => name === from)) return [];
  if (!isExactImage(from)) return [`line ${line}: ${from} is not an exact version`];
  const node = /^node:(\d+\.\d+\.\d+)/.exec(from)?.[1];
  if (node === undefined || node === devDependencies.node) return [];
  return [`line ${line}: Node ${node}, and the tests run on ${devDependencies.node}`];
}

function runProblems(stages: readonly Stage[], last: Stage, { scripts }: Manifest): string[] {
  const all = inherited(stages, last);
  const latest = (word: string) => all.findLast((instruction) => instruction.word === word);
  const problems: string[] = [];
  const user = latest('USER')?.rest ?? 'root';
  if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(user)) problems.push(`runs as ${user}: name an unprivileged user by its number`);
  if (latest('HEALTHCHECK') === undefined) problems.push('has no HEALTHCHECK');
  for (const word of ['CMD', 'ENTRYPOINT']) {
    const rest = latest(word)?.rest;
    if (rest !== undefined && !rest.startsWith('['))
      problems.push(`${word} is not in exec form: signals would reach a shell`);
  }
  if (latest('CMD')?.rest !== JSON.stringify(scripts.worker.split(' ')).replaceAll(',', ', ')) {
    problems.push(`CMD is not what npm run worker runs: ${scripts.worker}`);
  }
  for (const { rest, line } of stages.flatMap(({ instructions }) => instructions)) {
    if (/\bnpm (ci|install)\b/.test(rest) && !/npm ci .*--omit=dev.*--ignore-scripts/.test(rest)) {
      problems.push(`line ${line}: packages are installed by npm ci --omit=dev --ignore-scripts only`);
    }
    const flags = scripts.worker.split(' ').filter((part) => part.startsWith('--'));
    if (rest.includes('prepare-image.ts /') && !rest.endsWith(flags.join(' '))) {
      problems.push(`line ${line}: compiled with other flags than the worker starts with: ${flags.join(' ')}`);
    }
  }
  return problems;
}
