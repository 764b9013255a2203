// What matching costs, and how right it is: a shop's day of growing size and trouble beside the floor, a hostile day, several
// accounts at once, the plans of every pass, and peers on the same files. Scored against a truth that knows no engine.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAY_BEFORE, hostileDay } from './matching/hostile-day.ts';
import { measureWorld, runWorld, type WorldFigures, withWorld } from './matching/measured-worlds.ts';
import { type BenchOptions, round } from './part.ts';
import { type PeerFigures, runPeers } from './peers/run-peers.ts';

const SIZES = {
  whole: { small: 100_000, large: 1_000_000, concurrent: 100_000, plans: 100_000 },
  quick: { small: 10_000, large: 100_000, concurrent: 10_000, plans: 10_000 },
};
const HOSTILE = {
  whole: { equalAmounts: 20_000, rowsOfOneKey: 10_000, openBefore: 10_000 },
  quick: { equalAmounts: 2_000, rowsOfOneKey: 1_000, openBefore: 1_000 },
};
const RESIDUE = 0.01;
const RESIDUES_MORE = [0.1, 0.5];
const ACCOUNTS = ['bench/one', 'bench/two', 'bench/three', 'bench/four'];
const TARGETS = { floorRatio: 2, rssMb: 300, growth: 11 };
/** Kept: the plan of every step, to be read. */
const PLANS_FOLDER = fileURLToPath(new URL('../.recon/bench/plans/', import.meta.url));

export async function benchMatching({ quick, say }: BenchOptions): Promise<object> {
  const sizes = SIZES[quick ? 'quick' : 'whole'];
  const small = await measureResidue(sizes.small, RESIDUE, say);
  const { figures: large, peers } = await measureLarge(sizes.large, say);
  const growth = round(large.seconds / small.seconds);
  const floorRatio = round(large.seconds / (large.floorSeconds ?? Number.NaN));
  say(
    `ratio to the floor ${floorRatio} (target ${TARGETS.floorRatio}) · growth for ten times the rows ${growth} (target ${TARGETS.growth})`,
  );
  const residue: Record<string, WorldFigures> = { [RESIDUE]: large };
  for (const share of RESIDUES_MORE) residue[share] = await measureResidue(sizes.large, share, say);
  const hostile = await measureHostile(sizes.small, HOSTILE[quick ? 'quick' : 'whole'], small, say);
  const concurrent = await measureConcurrent(sizes.concurrent, say);
  const plans = await checkPlans(sizes.plans, HOSTILE[quick ? 'quick' : 'whole'], say);
  const bySize = { [sizes.small]: small, [sizes.large]: large };
  return { matching: { ...bySize, growth, floorRatio, residue, hostile, concurrent, plans, peers } };
}

async function measureLarge(
  rows: number,
  say: BenchOptions['say'],
): Promise<{ figures: WorldFigures; peers: Record<string, PeerFigures> }> {
  say(`… ${rows} a side, ${RESIDUE * 100} % residue`);
  return withWorld({ rows, residue: RESIDUE }, async (folder) => {
    const figures = await measureWorld(folder, { hasFloor: true });
    describe(`${rows} a side, ${RESIDUE * 100} % residue`, figures, say);
    say(`… peers on the same files`);
    const peers = await runPeers(folder, say);
    for (const [name, peer] of Object.entries(peers)) {
      const { seconds, rssMb, right, missed, false: wrongly, cannotSay } = peer;
      say(`${name.padEnd(12)} ${seconds} s  ${rssMb} MB  right ${right} · missed ${missed} · false ${wrongly}`);
      say(`             cannot say: ${cannotSay.join(', ')}`);
    }
    return { figures, peers };
  });
}

function measureResidue(rows: number, residue: number, say: BenchOptions['say']): Promise<WorldFigures> {
  say(`… ${rows} a side, ${residue * 100} % residue`);
  return withWorld({ rows, residue }, async (folder) => {
    const figures = await measureWorld(folder, { hasFloor: true });
    describe(`${rows} a side, ${residue * 100} % residue`, figures, say);
    return figures;
  });
}

/** Beside a plain day of the same base: what the hostile rows cost the decision. */
async function measureHostile(
  rows: number,
  size: (typeof HOSTILE)['whole'],
  plain: WorldFigures,
  say: BenchOptions['say'],
): Promise<WorldFigures & { ratioToPlain: number }> {
  say(`… hostile day on ${rows} a side`);
  return withWorld({ rows, residue: RESIDUE, first: hostileDay(size) }, async (folder) => {
    const figures = await measureWorld(folder, { from: DAY_BEFORE });
    describe(`hostile day on ${rows} a side`, figures, say);
    const ratioToPlain = round(figures.decideSeconds / plain.decideSeconds);
    say(`             decision ${ratioToPlain} times that of a plain day of ${rows} a side`);
    return { ...figures, ratioToPlain };
  });
}

async function measureConcurrent(rows: number, say: BenchOptions['say']) {
  say(`… ${ACCOUNTS.length} accounts of ${rows} a side`);
  return withWorld({ rows, residue: RESIDUE }, async (folder) => {
    const after = await runWorld(folder, { accounts: ACCOUNTS });
    const atOnce = await runWorld(folder, { accounts: ACCOUNTS, isParallel: true });
    const speedup = round(after.seconds / atOnce.seconds);
    say(
      `${ACCOUNTS.length} accounts of ${rows} a side  one after the other ${after.seconds} s  at once ${atOnce.seconds} s (${atOnce.rssMb} MB)  speed-up ${speedup}`,
    );
    return {
      accounts: ACCOUNTS.length,
      rows,
      oneAfterTheOther: after.seconds,
      atOnce: atOnce.seconds,
      rssMb: atOnce.rssMb,
      speedup,
    };
  });
}

async function checkPlans(rows: number, size: (typeof HOSTILE)['whole'], say: BenchOptions['say']) {
  const worlds = {
    'half-residue': { world: { rows, residue: 0.5 }, task: {} },
    hostile: { world: { rows, residue: RESIDUE, first: hostileDay(size) }, task: { from: DAY_BEFORE } },
  };
  const nestedLoops: string[] = [];
  for (const [name, { world, task }] of Object.entries(worlds)) {
    const plansFolder = join(PLANS_FOLDER, name);
    say(`… the plan of every step: ${name}`);
    const run = await withWorld(world, (folder) => runWorld(folder, { ...task, plansFolder }));
    say(
      `plans        ${name}: ${run.plannedSteps} steps in ${plansFolder}, ${run.nestedLoops.length} nested loops over the pool`,
    );
    for (const found of run.nestedLoops) say(`             ${found}`);
    nestedLoops.push(...run.nestedLoops.map((found) => `${name}: ${found}`));
  }
  if (nestedLoops.length > 0) process.exitCode = 1;
  return { folder: PLANS_FOLDER, nestedLoops };
}

function describe(what: string, figures: WorldFigures, say: BenchOptions['say']): void {
  const { seconds, decideSeconds, floorSeconds, floorJoinSeconds, rssMb, passes, steps, score, wrong } = figures;
  const floor = floorSeconds === null ? '' : ` (floor ${floorSeconds} s, its join ${floorJoinSeconds} s)`;
  say(`${what}  ${seconds} s, decision ${decideSeconds} s${floor}  ${rssMb} MB (target ${TARGETS.rssMb})`);
  say(`             ${listed(passes)}`);
  say(`             dearest steps: ${listed(steps)}`);
  say(
    `             ${score.rows} rows: right ${score.right} · missed ${score.missed} · false ${score.false} · misnamed ${score.misnamed} · misgrouped ${score.misgrouped}`,
  );
  if (Object.keys(wrong).length > 0) say(`             not right: ${listed(wrong)}`);
}

function listed(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(' · ');
}
