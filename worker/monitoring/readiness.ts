// Decides whether this worker does its work: the database answers, and the Temporal server sees it poll. Asked often, looked at
// seldom. Being not ready is no reason to be restarted: whatever is down comes back, and the worker goes on by itself.
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, sql } from 'slonik';

export interface ReadinessDeps {
  readonly database: DatabasePool;
  /** A sentence for each thing that keeps the worker from working; rejects where Temporal does not answer. */
  readonly workerProblems: () => Promise<readonly string[]>;
  readonly nowMs: () => number;
}

/** Empty: ready. Never rejects. */
export type Readiness = () => Promise<readonly string[]>;

const LOOK_AGAIN_AFTER_MS = 1_000;
const ANSWER_MS_MAX = 3_000;

export function createReadiness({ database, workerProblems, nowMs }: ReadinessDeps): Readiness {
  let latest: { readonly atMs: number; readonly problems: Promise<readonly string[]> } | undefined;
  return () => {
    if (latest === undefined || nowMs() - latest.atMs >= LOOK_AGAIN_AFTER_MS) {
      latest = { atMs: nowMs(), problems: look(database, workerProblems) };
    }
    return latest.problems;
  };
}

async function look(
  database: DatabasePool,
  workerProblems: ReadinessDeps['workerProblems'],
): Promise<readonly string[]> {
  const found = await Promise.all([
    answered('the database does not answer', async () => {
      await database.query(sql.unsafe`select 1`);
      return [];
    }),
    answered('the Temporal server does not answer', workerProblems),
  ]);
  return found.flat();
}

// The reason is for the log of whoever does not answer: an address or a login has no place in a health check.
async function answered(otherwise: string, ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const late = new AbortController();
  const timeUp = delay(ANSWER_MS_MAX, [otherwise], { signal: late.signal });
  try {
    return await Promise.race([ask(), timeUp]);
  } catch {
    return [otherwise];
  } finally {
    late.abort();
    timeUp.catch(() => undefined);
  }
}
