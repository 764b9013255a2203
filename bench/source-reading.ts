// What the process that reads a source is told and what it says, one JSON value a line.
import { z } from 'zod';
import { pageReadSchema } from './pages-twice.ts';

const plannedSchema = z.object({ runId: z.string(), batchId: z.string(), shards: z.array(z.string()) });

export const readingTaskSchema = z.object({
  configFile: z.string(),
  databaseUrl: z.string(),
  account: z.string(),
  /** Ends itself with SIGKILL when so many pages are committed. */
  killAfterPages: z.int().positive().nullable(),
  /** What an earlier process planned and did not finish. */
  resume: plannedSchema.nullable(),
});

export const readingLineSchema = z.union([
  z.object({ planned: plannedSchema }),
  z.object({ page: pageReadSchema }),
  z.object({
    /** Epoch milliseconds. */
    firstCommitMs: z.number(),
    seconds: z.number(),
    pages: z.int(),
    /** Shards that failed of what passes and were fetched again. */
    retries: z.int(),
    /** Rows and payouts' members that are in the database, each once. */
    rows: z.int(),
    payoutEntries: z.int(),
    quarantined: z.int(),
    rssMb: z.number(),
  }),
]);

export type ReadingTask = z.infer<typeof readingTaskSchema>;
export type ReadingLine = z.infer<typeof readingLineSchema>;
export type Planned = z.infer<typeof plannedSchema>;
export type Reading = Extract<ReadingLine, { seconds: number }>;
