// Writes a world, runs it in a process of its own, and scores what came out. Worlds are thrown away; plans stay.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from '../child.ts';
import { round } from '../part.ts';
import { type Score, scoreResult } from '../score/score-result.ts';
import { WORLD_AS_OF, WORLD_DATE, type WorldOptions, writeWorld } from '../world/write-world.ts';
import { type MatchingRun, type MatchingTask, matchingRunSchema } from './matching-task.ts';

export type WorldAsked = Pick<WorldOptions, 'rows' | 'residue' | 'first'>;

/** A folder with the world's files, and one for the result. */
export async function withWorld<T>(world: WorldAsked, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  try {
    await writeWorld({ ...world, folder, seed: 'bench', formats: ['ndjson', 'csv', 'copy'] });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function runWorld(folder: string, given: Partial<MatchingTask> = {}): Promise<MatchingRun> {
  const task: MatchingTask = {
    folder,
    accounts: ['bench/files'],
    from: WORLD_DATE,
    to: WORLD_DATE,
    asOf: WORLD_AS_OF,
    isParallel: false,
    hasFloor: false,
    resultFile: null,
    plansFolder: null,
    ...given,
  };
  return matchingRunSchema.parse(await measure('measure-matching.ts', JSON.stringify(task)));
}

export interface WorldFigures {
  /** From the first read to the report. */
  readonly seconds: number;
  /** Of these, the decision: passes, gate and commit. */
  readonly decideSeconds: number;
  readonly floorSeconds: number | null;
  readonly floorJoinSeconds: number | null;
  readonly rssMb: number;
  readonly passes: Readonly<Record<string, number>>;
  readonly steps: Readonly<Record<string, number>>;
  readonly score: Omit<Score, 'situations'>;
  /** How many rows of each situation are not right. */
  readonly wrong: Readonly<Record<string, number>>;
}

/** Runs the world and scores it; of several days the last one counts. */
export async function measureWorld(folder: string, given: Partial<MatchingTask> = {}): Promise<WorldFigures> {
  const resultFile = join(folder, 'result.csv');
  const run = await runWorld(folder, { ...given, resultFile });
  const day = run.days.at(-1);
  if (day === undefined) throw new RangeError('no day was run');
  const { situations, ...score } = await scoreResult(join(folder, 'truth.csv'), resultFile);
  const wrong = Object.entries(situations).flatMap(([name, { rows, right }]) =>
    right === rows ? [] : [[name, rows - right] as const],
  );
  return {
    seconds: day.seconds,
    decideSeconds: decideSeconds(day.phases),
    floorSeconds: run.floor === null ? null : round(run.floor.seconds),
    floorJoinSeconds: run.floor === null ? null : round(run.floor.joinSeconds),
    rssMb: run.rssMb,
    passes: day.passes,
    steps: day.steps,
    score,
    wrong: Object.fromEntries(wrong),
  };
}

function decideSeconds(phases: Readonly<Record<string, number>>): number {
  return round((phases.match ?? 0) + (phases.gate ?? 0) + (phases.commit ?? 0));
}
