// The second opinion on its own: what it says of the situations of edge-cases.txt, which a finance person wrote down, and what
// must hold of it whatever the world. Without a database.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import { defaultRuleSet } from '../../domain/rule-set.ts';
import { readInternalRow } from '../fetch/row/internal-row.ts';
import { readProcessorRow } from '../fetch/row/processor-row.ts';
import { rowContext } from '../fetch/row/row-context.ts';
import { parseParts } from './edge-cases-for-tests.ts';
import { Oracle, type OracleStanding } from './oracle-for-tests.ts';
import { saidBy } from './oracle-standings-for-tests.ts';
import { assertForWorlds } from './worlds-assert-for-tests.ts';
import { isWithoutContradiction } from './worlds-contradictions-for-tests.ts';
import { WORLD_DATES, type World } from './worlds-for-tests.ts';
import { type Step, stepsOf, stepsToTheSameEnd, tellOracles } from './worlds-steps-for-tests.ts';

// Each has hundreds of small worlds.
const WORLDS = 1;
const BATCHED_WORLDS = 4;
const CLAIMS_MIN = 100;

const TABLE = readFileSync(new URL('edge-cases.txt', import.meta.url), 'utf8');
const PARTS = parseParts(TABLE);
type Script = (typeof PARTS)[number]['scripts'][number];

// The settlement level, and rows that are refused or left out before anything is matched, are not the oracle's.
function isForOracle({ days, setup }: Script): boolean {
  const isPlain = days.every(
    ({ lines, expected }) =>
      lines.length === 0 && expected.every(([, said]) => !/settlement|bank |conversion/.test(said)),
  );
  return isPlain && setup.payoutsItemised !== false;
}

for (const { title, scripts } of PARTS) {
  const plain = scripts.filter(isForOracle).map((script) => [script.title, script] as const);
  if (plain.length > 0) describe(title, () => test.each(plain)('%s', (_title, script) => play(script)));
}

function play({ days, setup }: Script): void {
  const zone = setup.zone ?? 'UTC';
  const accounts = new Map<string, Oracle>();
  for (const day of days) {
    const oracle = accounts.get(day.account) ?? new Oracle(day.rules ?? defaultRuleSet());
    accounts.set(day.account, oracle);
    const context = rowContext(`${day.account}/case`, zone);
    const of = (side: 'processor' | 'internal') => day.rows.filter((row) => row.side === side).map((row) => row.record);
    oracle.deliver(
      'processor',
      of('processor').map((record) => readProcessorRow(record, context)),
    );
    oracle.deliver(
      'internal',
      of('internal').map((record) => readInternalRow(record, context)),
    );
    const reaches = [day.reach.processorAsOf ?? day.asOf, day.reach.internalAsOf ?? day.asOf];
    const reachMs = Math.min(...reaches.map((instant) => Date.parse(instant)));
    const later = oracle.firstWaitingDayAfter(day.date);
    const laterMs = later === undefined ? Number.POSITIVE_INFINITY : windowOf(later as BusinessDate, zone).startMs;
    const { endMs } = windowOf(day.date as BusinessDate, zone);
    oracle.run({ date: day.date, covered: reachMs >= endMs, horizonMs: Math.min(reachMs, laterMs) });
    const found = oracle.standings();
    const rows = day.expected.map(([key, said]) => [key, asSaid(key, found.get(key), said)]);
    expect(rows).toEqual(day.expected.map(([key, said]) => [key, withoutRule(said)]));
  }
}

function withoutRule(said: string): string {
  return said.replace(/ by [^;]+?(?= with |$)/, '');
}

function asSaid(key: string, standing: OracleStanding | undefined, said: string): string {
  if (standing === undefined) return 'nothing';
  const others = [...standing.group, ...standing.cluster].filter((other) => other !== key);
  const ids = others
    .sort((a, b) => (sideLast(a) < sideLast(b) ? -1 : 1))
    .map((other) => other.slice(other.indexOf(' ') + 1));
  return said.includes(' with ') ? `${standing.verdict} with ${ids.join(', ')}` : standing.verdict;
}

/** The processor's rows first, each side in order. */
function sideLast(key: string): string {
  return key.startsWith('processor') ? `0${key}` : `1${key}`;
}

describe('whatever the world', () => {
  const standingsOf = (world: World, steps: readonly Step[], isShuffled = false) => {
    const oracles = world.clusters.map(() => new Oracle(world.rules));
    for (const step of steps) tellOracles(oracles, world, step, isShuffled);
    return oracles.flatMap((oracle) => [...oracle.standings()].map(([key, standing]) => `${key}: ${saidBy(standing)}`));
  };

  test('the order of lines changes nothing', async () => {
    await assertForWorlds(WORLDS, (world) => {
      expect(standingsOf(world, stepsOf(world), true).sort()).toEqual(standingsOf(world, stepsOf(world)).sort());
    });
  });

  test('a day that is run again with nothing new says the same', async () => {
    await assertForWorlds(WORLDS, (world) => {
      const steps = stepsOf(world);
      expect(standingsOf(world, [...steps, ...steps.slice(-1)])).toEqual(standingsOf(world, steps));
    });
  });

  test('no row stands in two live groups, and every row that was introduced stands somewhere', async () => {
    await assertForWorlds(WORLDS, (world) => {
      const oracles = world.clusters.map(() => new Oracle(world.rules));
      for (const step of stepsOf(world)) {
        tellOracles(oracles, world, step);
        for (const oracle of oracles) {
          const live = oracle.groups.filter((group) => group.isLive).flatMap((group) => group.members);
          expect(new Set(live).size).toBe(live.length);
          const introduced = [...oracle.rows.values()].filter((row) => row.introducedBy > 0);
          expect([...oracle.standings().keys()].sort()).toEqual(introduced.map((row) => row.key).sort());
        }
      }
    });
  });

  test('day by day or in one run, the groups at the end are the same where no later row contradicts an earlier one', async () => {
    let claims = 0;
    await assertForWorlds(BATCHED_WORLDS, (world) => {
      const ends = [false, true].map((isBatch) => {
        const oracles = world.clusters.map(() => new Oracle(world.rules));
        for (const step of stepsToTheSameEnd(isBatch)) tellOracles(oracles, world, step);
        return oracles;
      });
      const [daily, batch] = ends as [Oracle[], Oracle[]];
      for (const [space, lines] of world.clusters.entries()) {
        const [one, other] = [daily[space], batch[space]];
        if (one === undefined || other === undefined || lines.some((line) => line.deliveredOn > WORLD_DATES.length))
          continue;
        if (!isWithoutContradiction(lines, one.groups)) continue;
        claims += 1;
        expect(endOf(one)).toEqual(endOf(other));
      }
    });
    expect(claims).toBeGreaterThan(CLAIMS_MIN);
  });
});

/** Late or not is what the days differ in by nature. */
function endOf(oracle: Oracle): string[] {
  return [...oracle.standings()]
    .map(([key, said]) => `${key}: ${saidBy(said).replace('matched_late', 'matched')}`)
    .sort();
}
