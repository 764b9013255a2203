// Reads the figures of the database in one short read-only transaction, at most once in a while however often somebody scrapes, and
// remembers the last reading that succeeded only to say how old it is: old figures are not shown as new ones.
import { type DatabasePool, sql } from 'slonik';
import type { Logger } from '../logger.ts';
import type { Sample } from './exposition.ts';
import type { ProcessorLabel } from './processor-labels.ts';
import { type AnchorAgeDeps, readAnchorAge } from './read-anchor-age.ts';
import { type AccountNamed, readDays, readRuns } from './read-days.ts';
import { readDifferences } from './read-differences.ts';
import { readEvidence, readOutbox } from './read-outbox.ts';

export interface CollectorDeps {
  readonly database: DatabasePool;
  readonly accounts: readonly AccountNamed[];
  readonly label: ProcessorLabel;
  /** Undefined where no evidence is kept. */
  readonly anchors: AnchorAgeDeps['anchors'] | undefined;
  readonly nowMs: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface Collector {
  /** Never rejects: what could not be read is missing, and recon_database_up says so. */
  samples(): Promise<Sample[]>;
}

const READ_AGAIN_AFTER_MS = 15_000;
const ANCHORS_AGAIN_AFTER_MS = 15 * 60_000;
/** A scrape waits ten seconds; several statements have to fit. */
const STATEMENT_MS_MAX = 2_000;

export function createCollector(deps: CollectorDeps): Collector {
  const { nowMs, logger } = deps;
  let lastMs: number | undefined;
  const figures = atMostEvery(READ_AGAIN_AFTER_MS, nowMs, async () => {
    const startMs = performance.now();
    try {
      const samples = await readFigures(deps);
      lastMs = nowMs();
      const seconds = (performance.now() - startMs) / 1_000;
      return [
        ...samples,
        { name: 'recon_database_up', value: 1 },
        { name: 'recon_collection_seconds', value: seconds },
      ];
    } catch (error) {
      logger.warn({ err: error }, 'the figures of the database could not be read');
      return [{ name: 'recon_database_up', value: 0 }];
    }
  });
  const anchors = atMostEvery(ANCHORS_AGAIN_AFTER_MS, nowMs, async () => {
    if (deps.anchors === undefined) return [];
    try {
      return await readAnchorAge({ ...deps, anchors: deps.anchors });
    } catch (error) {
      logger.warn({ err: error }, 'the age of the audit anchors could not be read');
      return [];
    }
  });
  let anchorSamples: Sample[] = [];
  return {
    samples: async () => {
      // Five hundred chains take longer than a scrape waits: what the last reading said is shown.
      void anchors().then((samples) => {
        anchorSamples = samples;
      });
      const read = await figures();
      return [
        ...read,
        ...anchorSamples,
        ...(lastMs === undefined ? [] : [{ name: 'recon_collected_timestamp_seconds', value: lastMs / 1_000 }]),
      ];
    },
  };
}

function readFigures({ database, accounts, label }: CollectorDeps): Promise<Sample[]> {
  return database.transaction(async (connection) => {
    await connection.query(sql.unsafe`set transaction isolation level repeatable read, read only`);
    await connection.query(sql.unsafe`select set_config('statement_timeout', ${String(STATEMENT_MS_MAX)}, true)`);
    return [
      ...(await readDays(connection, accounts, label)),
      ...(await readRuns(connection, label)),
      ...(await readDifferences(connection)),
      ...(await readOutbox(connection)),
      ...(await readEvidence(connection)),
    ];
  });
}

/** Those who ask while it is under way, or soon after, get the same answer. */
function atMostEvery<T>(everyMs: number, nowMs: () => number, read: () => Promise<T>): () => Promise<T> {
  let latest: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (latest === undefined || nowMs() - latest.atMs >= everyMs) latest = { atMs: nowMs(), answer: read() };
    return latest.answer;
  };
}
