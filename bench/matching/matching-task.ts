// What the process that measures matching is told, and what it says.
import { z } from 'zod';

const taskSchema = z.object({
  /** As bench/world writes it, with the floor's copies. */
  folder: z.string(),
  accounts: z.array(z.string()).min(1),
  from: z.string(),
  to: z.string(),
  asOf: z.string(),
  isParallel: z.boolean(),
  hasFloor: z.boolean(),
  /** Where the verdict of every row of the first account goes. */
  resultFile: z.string().nullable(),
  /** Where the plan of every step goes. Planning aloud costs time: the seconds of such a run say nothing. */
  plansFolder: z.string().nullable(),
});
export type MatchingTask = z.infer<typeof taskSchema>;

const secondsByName = z.record(z.string(), z.number());

export const matchingRunSchema = z.object({
  seconds: z.number(),
  rssMb: z.number(),
  days: z.array(
    z.object({
      account: z.string(),
      date: z.string(),
      discrepancies: z.number(),
      seconds: z.number(),
      phases: secondsByName,
      passes: secondsByName,
      steps: secondsByName,
    }),
  ),
  floor: z.object({ seconds: z.number(), joinSeconds: z.number() }).nullable(),
  /** What a plan does that it must not, with the step that does it. */
  nestedLoops: z.array(z.string()),
  plannedSteps: z.number(),
});
export type MatchingRun = z.infer<typeof matchingRunSchema>;

export function parseMatchingTask(text: string | undefined): MatchingTask {
  return taskSchema.parse(JSON.parse(text ?? ''));
}
