// What each source costs to read and stage: rows a second, requests beside the fewest possible, memory, and what a killed
// reader leaves to do again. Every reading has a process and a database of its own.
import type { OpenSource } from './open-source.ts';
import { pagesTwice } from './pages-twice.ts';
import { type BenchOptions, round } from './part.ts';
import { type ReadSource, readSource } from './read-source.ts';
import { SOURCE_CASES, type SourceCase } from './source-cases.ts';
import { describeSource, type ResumeFigures, type SourceFigures } from './source-figures.ts';
import { openSourceHouse, type SourceHouse, writeBenchConfig } from './source-house.ts';
import type { Reading, ReadingTask } from './source-reading.ts';

/** Of the reading whose memory counts, and of those where every request takes a while or that are broken off. */
const ROWS = { whole: { many: 100_000, few: 20_000 }, quick: { many: 20_000, few: 5_000 } };
/** A file's pages have thousands of rows: of few there would be one. */
const FILE_ROWS = { whole: { many: 100_000, few: 40_000 }, quick: { many: 50_000, few: 40_000 } };
const LATENCY_MS = 50;

export async function benchSources({ quick, say }: BenchOptions): Promise<object> {
  const house = await openSourceHouse();
  const figures: Record<string, SourceFigures> = {};
  try {
    for (const sourceCase of SOURCE_CASES) {
      const measured = await measureCase(house, sourceCase, quick);
      say(describeSource(sourceCase.name, measured));
      figures[sourceCase.name] = measured;
    }
  } finally {
    await house.stop();
  }
  return { sources: figures };
}

async function measureCase(house: SourceHouse, sourceCase: SourceCase, quick: boolean): Promise<SourceFigures> {
  const { many, few } = (sourceCase.isRemote ? ROWS : FILE_ROWS)[quick ? 'quick' : 'whole'];
  const plain = await withSource(house, sourceCase, { rows: many, latencyMs: 0 }, async (open, task) => {
    const reading = wholeReading(await readSource(await task()));
    return { ...reading, requests: (await open.takeLog())?.requests ?? null, requestsMin: open.requestsMin };
  });
  const slow = await withSource(house, sourceCase, { rows: few, latencyMs: LATENCY_MS }, async (open, task) => {
    const reading = wholeReading(await readSource(await task()));
    await open.takeLog();
    const { retries, ...resume } = await measureResume(open, await task(), reading);
    return { ...reading, retries: reading.retries + retries, resume };
  });
  return {
    rows: plain.rows,
    seconds0ms: round(plain.seconds),
    rowsPerSecond0ms: Math.round(plain.rows / plain.seconds),
    rowsPerSecond50ms: sourceCase.isRemote ? Math.round(slow.rows / slow.seconds) : null,
    retries: plain.retries + slow.retries,
    requests: plain.requests,
    requestsMin: plain.requestsMin,
    rssMb: plain.rssMb,
    rowsFew: slow.rows,
    rssMbFew: slow.rssMb,
    resume: slow.resume,
  };
}

/** A task reads into a new database, each time that one is asked for. */
type NewTask = () => Promise<ReadingTask>;

async function withSource<T>(
  house: SourceHouse,
  sourceCase: SourceCase,
  { rows, latencyMs }: { readonly rows: number; readonly latencyMs: number },
  work: (open: OpenSource, task: NewTask) => Promise<T>,
): Promise<T> {
  const folder = await house.newFolder(`${sourceCase.name}-${rows}-${latencyMs}`);
  const open = await sourceCase.open(folder, rows, latencyMs);
  try {
    const configFile = await writeBenchConfig(folder, sourceCase, open);
    return await work(open, async () => ({
      configFile,
      account: sourceCase.account,
      databaseUrl: await house.newDatabase(),
      killAfterPages: null,
      resume: null,
    }));
  } finally {
    await open.stop();
  }
}

function wholeReading({ reading }: ReadSource): Reading {
  if (reading === null) throw new Error('the reading did not end');
  return reading;
}

type Resumed = ResumeFigures & Pick<Reading, 'retries'>;

/** Kills a reader when half of the pages are committed, lets another go on, and compares with the reading that was whole. */
async function measureResume(open: OpenSource, task: ReadingTask, whole: Reading): Promise<Resumed> {
  const killAfterPages = Math.ceil(whole.pages / 2);
  const killed = await readSource({ ...task, killAfterPages });
  const askedFirst = await open.takeLog();
  const resumed = await readSource({ ...task, resume: killed.planned });
  const askedThen = await open.takeLog();
  const reading = wholeReading(resumed);
  for (const what of ['rows', 'payoutEntries', 'quarantined'] as const) {
    if (reading[what] === whole[what]) continue;
    throw new Error(`${task.account}: ${whole[what]} ${what} without a kill, ${reading[what]} with one`);
  }
  // What was asked for and never came was asked for all the same; of a file only what came can be seen.
  const twice = pagesTwice(askedFirst?.pages ?? killed.pages, askedThen?.pages ?? resumed.pages);
  return {
    retries: reading.retries,
    seconds: round((reading.firstCommitMs - resumed.startedMs) / 1_000),
    killedAfterPages: killAfterPages,
    pagesTwice: twice.ofOneList,
    pagesTwiceOfAll: twice.ofAllLists,
  };
}
