// Lets PostgreSQL write down the plan of every statement with the rows it really met, keeps those of the matching passes, and
// looks for nested loops over the pool: what is quick for a thousand rows and takes hours for a million.
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { nestedLoopsOver, type PlanNode } from './nested-loops.ts';

/** For every session that begins from now on. Only a superuser may. */
export async function explainAll(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const database = client.escapeIdentifier(new URL(url).pathname.slice(1));
    for (const setting of [
      `session_preload_libraries = 'auto_explain'`,
      `auto_explain.log_min_duration = 0`,
      `auto_explain.log_analyze = on`,
      `auto_explain.log_format = 'json'`,
    ]) {
      await client.query(`alter database ${database} set ${setting}`);
    }
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
  } finally {
    await client.end();
  }
}

export interface Plans {
  readonly steps: number;
  readonly nestedLoops: readonly string[];
}

interface LoggedPlan {
  readonly 'Query Text': string;
  readonly Plan: PlanNode;
}

/** One file a step in the folder, which is emptied first. */
export async function keepPlans(logFile: string, folder: string, poolRows: number): Promise<Plans> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const steps = await readStepPatterns();
  const nestedLoops: string[] = [];
  const seen = new Map<string, number>();
  for await (const plan of loggedPlans(logFile)) {
    const step = steps.find(({ pattern }) => pattern.test(plan['Query Text'].trim()));
    if (step === undefined) continue;
    const times = (seen.get(step.name) ?? 0) + 1;
    seen.set(step.name, times);
    const name = times === 1 ? step.name : `${step.name}.${times}`;
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(plan.Plan, null, 1)}\n`);
    for (const found of nestedLoopsOver(plan.Plan, poolRows)) nestedLoops.push(`${name}: ${found}`);
  }
  return { steps: seen.size, nestedLoops };
}

/** A plan follows its "plan:" on lines that begin with a tab. */
async function* loggedPlans(logFile: string): AsyncGenerator<LoggedPlan> {
  let text: string | null = null;
  for await (const line of createInterface({ input: createReadStream(logFile) })) {
    if (line.startsWith('\t')) {
      if (text !== null) text += line;
      continue;
    }
    if (text !== null) yield JSON.parse(text);
    text = / ms {2}plan:$/.test(line) ? '' : null;
  }
  if (text !== null) yield JSON.parse(text);
}

const PASSES = new URL('../../sql/matching/', import.meta.url);
const SPECIAL = /[$()*+.?[\\\]^{|}]/g;
const PLACEHOLDER = /(?<![:\w]):[a-z_]+\b/;

/** The text of each step with anything in the place of its literals. */
async function readStepPatterns(): Promise<{ name: string; pattern: RegExp }[]> {
  const steps: { name: string; pattern: RegExp }[] = [];
  for (const file of (await readdir(PASSES)).filter((name) => name.endsWith('.sql')).sort()) {
    const text = await readFile(fileURLToPath(new URL(file, PASSES)), 'utf8');
    for (const part of text.split(/^(?=-- step: )/m).slice(1)) {
      const name = /^-- step: (\w+)/.exec(part)?.[1] ?? '';
      const body = part.replaceAll(/^\s*--.*$/gm, '').trim();
      const fixed = body.split(PLACEHOLDER).map((words) => words.replaceAll(SPECIAL, '\\$&'));
      steps.push({ name: `${file.replace('.sql', '')}.${name}`, pattern: new RegExp(`^${fixed.join('[^]*?')}$`) });
    }
  }
  return steps;
}
