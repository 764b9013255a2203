// The runs of a world, one after the other, and how they are told to the second opinion.
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import { readInternalRow } from '../fetch/row/internal-row.ts';
import { readProcessorRow } from '../fetch/row/processor-row.ts';
import { rowContext } from '../fetch/row/row-context.ts';
import type { Oracle } from './oracle-for-tests.ts';
import { fileOf } from './worlds-files-for-tests.ts';
import { WORLD_DATES, type World, type WorldDay } from './worlds-for-tests.ts';

const HOUR_MS = 3_600_000;

export interface Step {
  readonly date: BusinessDate;
  /** Which deliveries; none: nothing new. */
  readonly deliveries: readonly number[];
  readonly day: WorldDay;
}

/** Each day with its delivery; then a day again, with what came after the last day, and once more with nothing new. */
export function stepsOf(world: World): Step[] {
  const step = (at: number, deliveries: number[]): Step => ({
    date: (WORLD_DATES[at] ?? WORLD_DATES[0]) as BusinessDate,
    deliveries,
    day: world.days[at] ?? { reach: 'forever', isInternalLate: false },
  });
  return [
    ...WORLD_DATES.map((_, at) => step(at, [at])),
    step(world.rerun, [3]),
    step(world.rerun, [4]),
    step(world.rerun, []),
  ];
}

/** The days one after the other, or all that they brought in one run of the last day; seen long after it. */
export function stepsToTheSameEnd(isBatch: boolean): Step[] {
  const day: WorldDay = { reach: 'forever', isInternalLate: false };
  const [dates, last] = [WORLD_DATES as readonly string[] as readonly BusinessDate[], WORLD_DATES.length];
  const lastDate = dates.at(-1) as BusinessDate;
  const everything = Array.from({ length: last + 1 }, (_, at) => at);
  if (isBatch) return [{ date: lastDate, deliveries: everything, day }];
  return [...dates.map((date, at) => ({ date, deliveries: [at], day })), { date: lastDate, deliveries: [last], day }];
}

export function reachOf({ date, day }: Step): { processorMs: number; internalMs: number } {
  const { endMs } = windowOf(date, 'UTC');
  const beyond = { day: 0, hours: 30 * HOUR_MS, forever: 400 * 24 * HOUR_MS }[day.reach];
  return { processorMs: endMs + beyond, internalMs: day.isInternalLate ? endMs - 1_000 : endMs + beyond };
}

export function filesOf(world: World, step: Step, side: 'processor' | 'internal', isShuffled: boolean) {
  return step.deliveries.flatMap((delivery) => fileOf(world, side, delivery, isShuffled));
}

/** Clusters cannot see each other: each has an oracle of its own. */
export function tellOracles(oracles: readonly Oracle[], world: World, step: Step, isShuffled = false): void {
  const context = rowContext('test/world', 'UTC');
  const linesOf = (side: 'processor' | 'internal') =>
    Map.groupBy(filesOf(world, step, side, isShuffled), (record) => spaceOf(String(record.id)));
  const [processors, internals] = [linesOf('processor'), linesOf('internal')];
  for (const [space, oracle] of oracles.entries()) {
    const [ours, theirs] = [internals.get(space) ?? [], processors.get(space) ?? []];
    oracle.deliver(
      'processor',
      theirs.map((record) => readProcessorRow(record, context)),
    );
    oracle.deliver(
      'internal',
      ours.map((record) => readInternalRow(record, context)),
    );
  }
  const { endMs } = windowOf(step.date, 'UTC');
  const { processorMs, internalMs } = reachOf(step);
  const [firstLater] = oracles.flatMap((oracle) => oracle.firstWaitingDayAfter(step.date) ?? []).sort();
  const laterMs =
    firstLater === undefined ? Number.POSITIVE_INFINITY : windowOf(firstLater as BusinessDate, 'UTC').startMs;
  const lesserMs = Math.min(processorMs, internalMs);
  const run = { date: step.date, covered: lesserMs >= endMs, horizonMs: Math.min(lesserMs, laterMs) };
  for (const oracle of oracles) oracle.run(run);
}

export function spaceOf(id: string): number {
  return Number(id.slice(0, id.indexOf(':')));
}
