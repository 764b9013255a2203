// The figures of one source, as a program and as people read them.
export interface SourceFigures {
  /** In the database at the end, each once. */
  readonly rows: number;
  readonly seconds0ms: number;
  readonly rowsPerSecond0ms: number;
  /** Of the reading of few rows; null where nothing is asked over a network. */
  readonly rowsPerSecond50ms: number | null;
  /** Shards that had to be tried again although nothing was broken on purpose. */
  readonly retries: number;
  readonly requests: number | null;
  readonly requestsMin: number | null;
  readonly rssMb: number;
  /** Memory that grows with the rows shows as a difference to this. */
  readonly rowsFew: number;
  readonly rssMbFew: number;
  readonly resume: ResumeFigures;
}

export interface ResumeFigures {
  /** From the start of the second process to its first committed page. That the first one is dead is Temporal's to notice. */
  readonly seconds: number;
  readonly killedAfterPages: number;
  /** The most of any one list. */
  readonly pagesTwice: number;
  /** Of the lists that are read side by side each may have had a page under way. */
  readonly pagesTwiceOfAll: number;
}

const RSS_MB_MAX = 300;
const PAGES_TWICE_MAX = 1;
const NAME_CHARS = 10;

export function describeSource(name: string, figures: SourceFigures): string {
  const { rows, rowsPerSecond50ms, requests, requestsMin, resume } = figures;
  const retried = figures.retries === 0 ? '' : `  ${figures.retries} retries (target 0)`;
  const speed = `${rows} rows  ${figures.seconds0ms} s  ${figures.rowsPerSecond0ms} rows/s`;
  const slow = rowsPerSecond50ms === null ? '' : `  ${rowsPerSecond50ms} rows/s at 50 ms`;
  const asked = requests === null ? '' : `  ${requests} requests (fewest ${requestsMin})`;
  const memory = `  ${figures.rssMb} MB (${figures.rssMbFew} MB for ${figures.rowsFew} rows, target ${RSS_MB_MAX})`;
  const again = `${resume.pagesTwice} read twice (target ${PAGES_TWICE_MAX}), ${resume.pagesTwiceOfAll} in all lists`;
  const resumed = `resumed after ${resume.killedAfterPages} pages in ${resume.seconds} s, ${again}`;
  return `${name.padEnd(NAME_CHARS)}${speed}${slow}${retried}${asked}${memory}\n${' '.repeat(NAME_CHARS)}${resumed}`;
}
