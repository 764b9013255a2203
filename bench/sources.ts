// What each source costs to read and stage: rows a second, requests beside the fewest possible, memory, and what a killed
// reader leaves to do again. Every reading has a process and a database of its own.
import { runChild } from './child.ts';
import { pagesTwice } from './pages-twice.ts';
import { type BenchOptions, round } from './part.ts';
import { type OpenSource, SOURCE_CASES, type SourceCase } from './source-cases.ts';
import { openSourceHouse, type SourceHouse, writeBenchConfig } from './source-house.ts';
import { type Planned, type Reading, type ReadingTask, readingLineSchema } from './source-reading.ts';

/** Of the reading whose memory counts, and of those where every request takes a while or that are broken off. */
const ROWS = { whole: { many: 100_000, few: 20_000 }, quick: { many: 20_000, few: 5_000 } };
/** Of files nothing is asked: few rows would be a page or two. */
const FILE_ROWS = { whole: ROWS.whole, quick: { many: 50_000, few: 20_000 } };
const LATENCY_MS = 50;
const RSS_MB_MAX = 300;
const PAGES_TWICE_MAX = 1;

interface SourceFigures {
  readonly rows: number;
  readonly seconds0ms: number;
  readonly rowsPerSecond0ms: number;
  readonly rowsPerSecond50ms: number | null;
  readonly requests: number | null;
  readonly requestsMin: number | null;
  readonly rssMb: number;
  /** With a fifth or a quarter of the rows. */
  readonly rssMbFew: number;
  readonly resume: {
    /** From the start of the second process to its first committed page; that the first is dead, Temporal notices first. */
    readonly seconds: number;
    readonly killedAfterPages: number;
    /** The most of any one list; the lists that are read side by side each have one page under way. */
    readonly pagesTwice: number;
    readonly pagesTwiceOfAll: number;
  };
}

export async function benchSources({ quick, say }: BenchOptions): Promise<object> {
  const house = await openSourceHouse();
  const figures: Record<string, SourceFigures> = {};
  try {
    for (const sourceCase of SOURCE_CASES) {
      const measured = await measureCase(house, sourceCase, quick);
      figures[sourceCase.name] = measured;
      for (const line of described(sourceCase.name, measured)) say(line);
    }
  } finally {
    await house.stop();
  }
  return { sources: figures };
}

async function measureCase(house: SourceHouse, sourceCase: SourceCase, quick: boolean): Promise<SourceFigures> {
  const { many, few } = (sourceCase.isRemote ? ROWS : FILE_ROWS)[quick ? 'quick' : 'whole'];
  const plain = await withSource(house, sourceCase, { rows: many, latencyMs: 0 }, async (open, read) => {
    const { reading } = await read();
    return { reading, log: await open.takeLog(), requestsMin: open.requestsMin };
  });
  const slow = await withSource(house, sourceCase, { rows: few, latencyMs: LATENCY_MS }, async (open, read) => {
    const { reading } = await read();
    await open.takeLog();
    return { reading, resume: await measureResume(open, read, reading) };
  });
  return {
    rows: plain.reading.rows,
    seconds0ms: round(plain.reading.seconds),
    rowsPerSecond0ms: Math.round(plain.reading.rows / plain.reading.seconds),
    rowsPerSecond50ms: sourceCase.isRemote ? Math.round(slow.reading.rows / slow.reading.seconds) : null,
    requests: plain.log?.requests ?? null,
    requestsMin: plain.requestsMin,
    rssMb: plain.reading.rssMb,
    rssMbFew: slow.reading.rssMb,
    resume: slow.resume,
  };
}

type Read = (broken?: Pick<ReadingTask, 'killAfterPages'> | { readonly resume: Killed }) => Promise<Ended>;

interface Ended extends Killed {
  readonly reading: Reading;
}

interface Killed {
  readonly planned: Planned;
  readonly databaseUrl: string;
}

async function withSource<T>(
  house: SourceHouse,
  sourceCase: SourceCase,
  { rows, latencyMs }: { readonly rows: number; readonly latencyMs: number },
  work: (open: OpenSource, read: Read) => Promise<T>,
): Promise<T> {
  const folder = await house.newFolder(`${sourceCase.name}-${rows}`);
  const open = await sourceCase.open(folder, rows, latencyMs);
  try {
    const configFile = await writeBenchConfig(folder, sourceCase, open);
    return await work(open, read);
  } finally {
    await open.stop();
  }
}
