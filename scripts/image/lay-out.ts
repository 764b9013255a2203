// Lays out in a folder what an image of the Dockerfile holds of ours, without a container: follows its stages, copies what .dockerignore
// lets through, and runs the steps that are npm's or Node's. Steps on the system below (users, /usr, certificates) are not carried out.
import { execFileSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, matchesGlob, relative } from 'node:path';
import { type Instruction, inherited, parseDockerfile, type Stage } from '../infra/dockerfile.ts';

export interface LaidOut {
  /** What is /app in the image. */
  readonly app: string;
  /** ENV, with the paths of this layout. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Steps of the system that an image has and this has not. */
  readonly skipped: readonly string[];
}

const STEP_TIMEOUT_MS = 300_000;

/** @throws Error where a step fails, with what it said. */
export function layOut(root: string, folder: string): LaidOut {
  const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const last = stages.at(-1);
  if (last === undefined) throw new RangeError('the Dockerfile has no stage');
  const place = (path: string) => (path.startsWith('/') ? join(folder, last.name, path) : path);
  const skipped = make({ root, folder, stages, isShipped: shipped(root) }, last);
  const all = inherited(stages, last);
  const latest = (word: string) => all.findLast((instruction) => instruction.word === word)?.rest ?? '';
  const environment = all
    .filter(({ word }) => word === 'ENV')
    .flatMap(({ rest }) => rest.split(/\s+/).map((pair) => pair.split('=')));
  return {
    app: place(latest('WORKDIR')),
    environment: Object.fromEntries(environment.map(([name = '', value = '']) => [name, place(value)])),
    command: JSON.parse(latest('CMD')),
    skipped,
  };
}

interface Making {
  readonly root: string;
  readonly folder: string;
  readonly stages: readonly Stage[];
  readonly isShipped: (path: string) => boolean;
}

/** Makes a stage and what it is made from, once; says what it skipped. */
function make(making: Making, stage: Stage): readonly string[] {
  const { folder, stages } = making;
  const into = join(folder, stage.name);
  mkdirSync(into, { recursive: true });
  const skipped: string[] = [];
  const needed = [stage.from, ...stage.instructions.map(({ rest }) => /^--from=(\S+)/.exec(rest)?.[1])];
  for (const other of stages.filter(({ name }) => needed.includes(name))) {
    skipped.push(...make(making, other));
    if (other.name === stage.from) link(join(folder, other.name), into);
  }
  let cwd = workdirOf(making, stage);
  for (const instruction of stage.instructions) {
    const { word, rest } = instruction;
    if (word === 'WORKDIR') cwd = rest;
    else if (word === 'COPY') copy(making, instruction, { into, cwd });
    else if (word === 'RUN') skipped.push(...run(rest, { into, cwd }));
    else if (word === 'ADD') skipped.push(rest);
  }
  return skipped;
}

interface Where {
  readonly into: string;
  readonly cwd: string;
}

function workdirOf({ stages }: Making, stage: Stage): string {
  const before = inherited(stages, stage).filter((instruction) => !stage.instructions.includes(instruction));
  return before.findLast(({ word }) => word === 'WORKDIR')?.rest ?? '/';
}

function copy({ root, folder, isShipped }: Making, { rest }: Instruction, { into, cwd }: Where): void {
  const [, stage, names = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
  const paths = names.split(/\s+/);
  const to = paths.pop() ?? '';
  const target = join(into, to.startsWith('/') ? to : join(cwd, to));
  for (const path of paths) {
    const from = stage === undefined ? join(root, path) : join(folder, stage, path);
    // Into a folder with its own name where the target is one (`./`), else as the target.
    const destination = to.endsWith('/') ? join(target, basename(path)) : target;
    mkdirSync(dirname(destination), { recursive: true });
    if (stage === undefined)
      cpSync(from, destination, { recursive: true, filter: (file) => isShipped(relative(root, file)) });
    else link(from, destination);
  }
}

/** What one stage takes from another, by hard links: packages are 20,000 files, and nothing changes one in place. */
function link(from: string, to: string): void {
  if (!statSync(from).isDirectory()) {
    linkSync(from, to);
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) link(source, target);
    else linkSync(source, target);
  }
}

/** @returns what was skipped */
function run(steps: string, { into, cwd }: Where): string[] {
  const skipped: string[] = [];
  for (const step of steps.split('&&').map((part) => part.trim())) {
    if (!/^(npm|node) /.test(step)) {
      skipped.push(step);
      continue;
    }
    const [command = '', ...given] = step.split(/\s+/);
    const args = given.map((word) => (word.startsWith('/') ? join(into, word) : word));
    execFileSync(command, args, { cwd: join(into, cwd), stdio: 'pipe', timeout: STEP_TIMEOUT_MS });
  }
  return skipped;
}

/** Whether .dockerignore lets a path through: the last pattern that matches it, or a folder above it, decides. */
function shipped(root: string): (path: string) => boolean {
  const patterns = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    const parts = path.split('/');
    const chain = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    const deciding = patterns.findLast((pattern) => {
      const glob = pattern.replace(/^!/, '');
      // A folder on the way to something that is let through has to be entered.
      return (
        chain.some((above) => matchesGlob(above, glob)) || (pattern.startsWith('!') && glob.startsWith(`${path}/`))
      );
    });
    return deciding === undefined || deciding.startsWith('!');
  };
}
