// The SQL against a slow second opinion, over random worlds: every row must stand the same, whatever the order of lines and
// the size of pages; a day that is run again and again must say the same.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'slonik';
import { z } from 'zod';
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { EngineAccount, EngineDay, EngineRun } from '../engine-for-tests.ts';
import { readInternalRow } from '../fetch/row/internal-row.ts';
import { readProcessorRow } from '../fetch/row/processor-row.ts';
import { rowContext } from '../fetch/row/row-context.ts';
import { Oracle } from './oracle-for-tests.ts';
import { situationsForTests } from './situations-for-tests.ts';
import { fileOf, WORLD_DATES, type World, type WorldDay, worlds } from './worlds-for-tests.ts';

const { started, newAccount, standings } = situationsForTests();

const WORLDS = 6;
const REORDERED_WORLDS = 1;
const HOUR_MS = 3_600_000;

interface Step {
  readonly date: BusinessDate;
  /** Which delivery; null: nothing new. */
  readonly delivery: number | null;
  readonly day: WorldDay;
}

function stepsOf(world: World): Step[] {
  const step = (at: number, delivery: number | null): Step => ({
    date: (WORLD_DATES[at] ?? WORLD_DATES[0]) as BusinessDate,
    delivery,
    day: world.days[at] ?? { reach: 'forever', isInternalLate: false },
  });
  // What comes last has no day of its own: it is delivered with the re-run.
  return [
    ...WORLD_DATES.map((_, at) => step(at, at)),
    step(world.rerun, 3),
    step(world.rerun, 4),
    step(world.rerun, null),
  ];
}

function reachOf({ date, day }: Step): { processorMs: number; internalMs: number } {
  const { endMs } = windowOf(date, 'UTC');
  const beyond = { day: 0, hours: 30 * HOUR_MS, forever: 400 * 24 * HOUR_MS }[day.reach];
  return { processorMs: endMs + beyond, internalMs: day.isInternalLate ? endMs - 1_000 : endMs + beyond };
}

function engineDay(world: World, step: Step, shuffled: boolean): EngineDay {
  const { processorMs, internalMs } = reachOf(step);
  const file = (side: 'processor' | 'internal') =>
    step.delivery === null ? [] : fileOf(world, side, step.delivery, shuffled);
  return {
    date: step.date,
    asOf: new Date(processorMs).toISOString(),
    internalAsOf: new Date(internalMs).toISOString(),
    processor: file('processor'),
    internal: file('internal'),
    rules: world.rules,
    chunkRows: shuffled ? world.chunkRows : 20_000,
  };
}

/** Clusters cannot see each other: each has an oracle of its own. */
function tellOracles(oracles: readonly Oracle[], world: World, step: Step): void {
  const context = rowContext('test/world', 'UTC');
  const linesOf = (side: 'processor' | 'internal') =>
    Map.groupBy(step.delivery === null ? [] : fileOf(world, side, step.delivery, false), (record) =>
      spaceOf(String(record.id)),
    );
  const [processors, internals] = [linesOf('processor'), linesOf('internal')];
  for (const [space, oracle] of oracles.entries()) {
    oracle.deliver(
      'processor',
      (processors.get(space) ?? []).map((record) => readProcessorRow(record, context)),
    );
    oracle.deliver(
      'internal',
      (internals.get(space) ?? []).map((record) => readInternalRow(record, context)),
    );
  }
  const { endMs } = windowOf(step.date, 'UTC');
  const { processorMs, internalMs } = reachOf(step);
  const laterDays = oracles.flatMap((oracle) => oracle.firstWaitingDayAfter(step.date) ?? []).sort();
  const laterMs =
    laterDays[0] === undefined ? Number.POSITIVE_INFINITY : windowOf(laterDays[0] as BusinessDate, 'UTC').startMs;
  const lesserMs = Math.min(processorMs, internalMs);
  const run = { date: step.date, covered: lesserMs >= endMs, horizonMs: Math.min(lesserMs, laterMs) };
  for (const oracle of oracles) oracle.run(run);
}

function spaceOf(id: string): number {
  return Number(id.slice(0, id.indexOf(':')));
}

/** Where both opinions differ: the cluster, what stands in it, and what each says. Empty when they agree. */
async function differencesOf(account: EngineAccount, oracles: readonly Oracle[], world: World): Promise<string[]> {
  const found = await standings(account);
  const expected = new Map(oracles.flatMap((oracle) => [...oracle.standings()]));
  const said = (standing: { verdict: string; partner: string | null } | undefined) =>
    standing === undefined
      ? 'nothing'
      : `${standing.verdict}${standing.partner === null ? '' : ` with ${standing.partner}`}`;
  const keys = [...new Set([...found.keys(), ...expected.keys()])];
  const different = keys.filter((key) => said(found.get(key)) !== said(expected.get(key)));
  const spaces = [...new Set(different.map((key) => spaceOf(key.slice(key.indexOf(' ') + 1))))].slice(0, 3);
  return spaces.flatMap((space) => [
    `cluster ${space} (rules ${JSON.stringify({ tolerance: world.rules.tolerance, partner: world.rules.partner })}):`,
    ...(world.clusters[space] ?? []).map(
      (line) => `  file ${line.deliveredOn} ${line.side} ${JSON.stringify(line.record)}`,
    ),
    ...keys
      .filter((key) => key.includes(` ${space}:`))
      .map((key) => `  ${key}: SQL says ${said(found.get(key))}, the oracle ${said(expected.get(key))}`),
  ]);
}

/** Live discrepancies are exactly what stands open or differs, each once, under its verdict. */
async function strayDiscrepancies(account: EngineAccount): Promise<readonly string[]> {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    with standing as (
      select v.row_id, v.verdict, v.external_id, v.side::text as side,
             least(v.row_id, coalesce(v.partner_row_id, v.row_id)) as concern
      from row_verdicts_now v where v.account = ${account.account} and v.verdict not in ('matched', 'matched_late', 'matched_tolerance', 'ignored')
    )
    select 'no discrepancy for ' || min(s.side || ' ' || s.external_id || ' ' || s.verdict) as said
    from standing s left join discrepancies d on d.anchor_row_id = s.row_id and d.state = 'open' and d.verdict = s.verdict
    group by s.concern having count(d.discrepancy_id) <> 1
    union all
    select 'stray discrepancy of ' || d.anchor_side || ' ' || d.anchor_external_id || ' ' || d.verdict
    from discrepancies d
    where d.account = ${account.account} and d.state = 'open'
      and not exists (select 1 from standing s where s.row_id = d.anchor_row_id and s.verdict = d.verdict)`);
}

async function canonicalResult(account: EngineAccount, run: EngineRun): Promise<string> {
  const result = await started().engine.database.oneFirst(sql.type(z.object({ canonical_result: z.string() }))`
    select canonical_result from reconciliation_runs where run_id = ${BigInt(run.runId)}`);
  return result.replace(account.account, 'account');
}

/** As fc.assert, but says the seed and the cluster instead of the whole world. */
async function assertForWorlds(numRuns: number, holds: (world: World) => Promise<void>): Promise<void> {
  const details = await fc.check(fc.asyncProperty(worlds, holds), { numRuns, endOnFailure: true, ...REPLAY });
  if (!details.failed) return;
  const { errorInstance, seed, counterexamplePath: path } = details;
  const said = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`seed ${seed}, path ${path}: ${said}`, { cause: errorInstance });
}

/** To see a failure again: its seed and path. */
const REPLAY: { seed?: number; path?: string } = {};

// A world takes a second or two where nothing else runs, and many times that on a busy machine.
const WORLDS_TIMEOUT_MS = 300_000;

test(
  'every row of every world stands as the second opinion says, after every run',
  () =>
    assertForWorlds(WORLDS, async (world) => {
      const account = newAccount();
      const oracles = world.clusters.map(() => new Oracle(world.rules));
      for (const [at, step] of stepsOf(world).entries()) {
        await account.runDay(engineDay(world, step, true));
        tellOracles(oracles, world, step);
        const wrong = [...(await differencesOf(account, oracles, world)), ...(await strayDiscrepancies(account))];
        if (wrong.length > 0) throw new Error([`after run ${at + 1}, of ${step.date}`, ...wrong].join('\n'));
      }
    }),
  WORLDS_TIMEOUT_MS,
);

test(
  'the order of lines and the size of pages change nothing; neither does running a day a third time',
  () =>
    assertForWorlds(REORDERED_WORLDS, async (world) => {
      const results: string[][] = [];
      for (const shuffled of [false, true]) {
        const account = newAccount();
        const runs: EngineRun[] = [];
        const steps = stepsOf(world);
        for (const step of [...steps, ...steps.slice(-1)])
          runs.push(await account.runDay(engineDay(world, step, shuffled)));
        const [second, third] = runs.slice(-2);
        expect(third?.resultDigest).toBe(second?.resultDigest);
        results.push(await Promise.all(runs.map((run) => canonicalResult(account, run))));
      }
      expect(results[1]).toEqual(results[0]);
    }),
  WORLDS_TIMEOUT_MS,
);
