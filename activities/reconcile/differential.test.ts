// The SQL against a slow second opinion, over random worlds: every row must stand the same, with the same rows, whatever the
// order of lines and the size of pages; a day that is run again and again must say the same; nothing is lost on the way.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount, EngineDay, EngineRun } from '../engine-for-tests.ts';
import { Oracle } from './oracle-for-tests.ts';
import {
  gateViolations,
  readSqlStandings,
  rowsTwice,
  saidBy,
  strayDiscrepancies,
} from './oracle-standings-for-tests.ts';
import { situationsForTests } from './situations-for-tests.ts';
import { assertForWorlds } from './worlds-assert-for-tests.ts';
import { isWithoutContradiction } from './worlds-contradictions-for-tests.ts';
import { WORLD_DATES, type World } from './worlds-for-tests.ts';
import {
  filesOf,
  reachOf,
  type Step,
  spaceOf,
  stepsOf,
  stepsToTheSameEnd,
  tellOracles,
} from './worlds-steps-for-tests.ts';

const { started, newAccount } = situationsForTests();

// Each has hundreds of small worlds, which share an account and its six runs.
const WORLDS = 3;
const REORDERED_WORLDS = 1;
const BATCHED_WORLDS = 1;
const DIFFERENCES_SHOWN_MAX = 3;

function engineDay(world: World, step: Step, isShuffled: boolean): EngineDay {
  const { processorMs, internalMs } = reachOf(step);
  return {
    date: step.date,
    asOf: new Date(processorMs).toISOString(),
    internalAsOf: new Date(internalMs).toISOString(),
    processor: filesOf(world, step, 'processor', isShuffled),
    internal: filesOf(world, step, 'internal', isShuffled),
    rules: world.rules,
    chunkRows: isShuffled ? world.chunkRows : 20_000,
  };
}

/** Where both opinions differ: the cluster, what stands in it, and what each says. Empty when they agree. */
async function differencesOf(account: EngineAccount, oracles: readonly Oracle[], world: World): Promise<string[]> {
  const found = await readSqlStandings(started().engine.database, account.account);
  const expected = new Map(oracles.flatMap((oracle) => [...oracle.standings()]));
  const keys = [...new Set([...found.keys(), ...expected.keys()])];
  const opinions = keys.map((key) => {
    const standing = expected.get(key);
    return { key, found: found.get(key) ?? 'nothing', expected: standing === undefined ? 'nothing' : saidBy(standing) };
  });
  const spaces = new Set(opinions.filter((one) => one.found !== one.expected).map((one) => spaceIn(one.key)));
  return [...spaces]
    .sort((a, b) => (world.clusters[a]?.length ?? 0) - (world.clusters[b]?.length ?? 0))
    .slice(0, DIFFERENCES_SHOWN_MAX)
    .flatMap((space) => [
      `cluster ${space} of ${spaces.size} (rules ${JSON.stringify({ tolerance: world.rules.tolerance, partner: world.rules.partner })}):`,
      ...(world.clusters[space] ?? []).map(
        (line) => `  file ${line.deliveredOn} ${line.side} ${JSON.stringify(line.record)}`,
      ),
      ...opinions
        .filter(({ key }) => spaceIn(key) === space)
        .map(
          (one) =>
            `  ${one.key}: SQL says ${one.found}${one.found === one.expected ? '' : `; the oracle ${one.expected}`}`,
        ),
    ]);
}

function spaceIn(key: string): number {
  return spaceOf(key.slice(key.indexOf(' ') + 1));
}

async function canonicalResult(account: EngineAccount, run: EngineRun): Promise<string> {
  const result = await started().engine.database.oneFirst(sql.type(z.object({ canonical_result: z.string() }))`
    select canonical_result from reconciliation_runs where run_id = ${BigInt(run.runId)}`);
  return result.replace(account.account, 'account');
}

// A world takes a second or two where nothing else runs, and many times that on a busy machine.
const WORLDS_TIMEOUT_MS = 300_000;

test(
  'every row of every world stands as the second opinion says, after every run',
  () =>
    assertForWorlds(WORLDS, async (world) => {
      const account = newAccount();
      const { database } = started().engine;
      const oracles = world.clusters.map(() => new Oracle(world.rules));
      for (const [at, step] of stepsOf(world).entries()) {
        await account.runDay(engineDay(world, step, true));
        tellOracles(oracles, world, step);
        const wrong = [
          ...(await differencesOf(account, oracles, world)),
          ...(await strayDiscrepancies(database, account.account)),
          ...(await rowsTwice(database, account.account)),
        ];
        if (wrong.length > 0) throw new Error([`after run ${at + 1}, of ${step.date}`, ...wrong].join('\n'));
      }
      expect(await gateViolations(database, account.account)).toEqual([]);
    }),
  WORLDS_TIMEOUT_MS,
);

test(
  'the order of lines and the size of pages change nothing; neither does running a day a third time',
  () =>
    assertForWorlds(REORDERED_WORLDS, async (world) => {
      const results: string[][] = [];
      for (const isShuffled of [false, true]) {
        const account = newAccount();
        const runs: EngineRun[] = [];
        const steps = stepsOf(world);
        for (const step of [...steps, ...steps.slice(-1)])
          runs.push(await account.runDay(engineDay(world, step, isShuffled)));
        const [second, third] = runs.slice(-2);
        expect(third?.resultDigest).toBe(second?.resultDigest);
        results.push(await Promise.all(runs.map((run) => canonicalResult(account, run))));
      }
      expect(results[1]).toEqual(results[0]);
    }),
  WORLDS_TIMEOUT_MS,
);

test(
  'day by day or in one run, the groups at the end are the same where no later row contradicts an earlier one',
  () =>
    assertForWorlds(BATCHED_WORLDS, async (drawn) => {
      const world = claimedOf(drawn);
      const ends: string[][] = [];
      for (const isBatch of [false, true]) {
        const account = newAccount();
        for (const step of stepsToTheSameEnd(isBatch)) await account.runDay(engineDay(world, step, true));
        const standings = await readSqlStandings(started().engine.database, account.account);
        // Late or not is what the days differ in by nature.
        ends.push([...standings].map(([key, said]) => `${key}: ${said.replace('matched_late', 'matched')}`).sort());
      }
      expect(ends[1]).toEqual(ends[0]);
    }),
  WORLDS_TIMEOUT_MS,
);

/** The world without the clusters of which nothing is claimed. */
function claimedOf(world: World): World {
  const oracles = world.clusters.map(() => new Oracle(world.rules));
  for (const step of stepsToTheSameEnd(false)) tellOracles(oracles, world, step);
  const clusters = world.clusters.map((lines, space) => {
    const isDelivered = lines.every((line) => line.deliveredOn <= WORLD_DATES.length);
    return isDelivered && isWithoutContradiction(lines, oracles[space]?.groups ?? []) ? lines : [];
  });
  return { ...world, clusters };
}
