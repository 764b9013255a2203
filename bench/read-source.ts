// Has a source read in a process of its own, to its end or until it kills itself, and keeps what that process said.
import { runChild } from './child.ts';
import type { PageRead } from './pages-twice.ts';
import { type Planned, type Reading, type ReadingTask, readingLineSchema } from './source-reading.ts';

export interface ReadSource {
  readonly planned: Planned;
  /** As the source gave them, stored or not. */
  readonly pages: readonly PageRead[];
  /** Null where it was killed. */
  readonly reading: Reading | null;
  /** Epoch milliseconds. */
  readonly startedMs: number;
}

/** @throws Error where it ends in another way than it was told to. */
export async function readSource(task: ReadingTask): Promise<ReadSource> {
  const { lines, code, signal, startedMs } = await runChild('measure-source.ts', JSON.stringify(task));
  const said = lines.map((line) => readingLineSchema.parse(line));
  const planned = said.find((line) => 'planned' in line)?.planned;
  const reading = said.find((line) => 'seconds' in line) ?? null;
  const isAsTold = task.killAfterPages === null ? code === 0 && reading !== null : signal === 'SIGKILL';
  if (planned === undefined || !isAsTold) {
    throw new Error(`the reading of ${task.account} ended with ${signal ?? `exit code ${code}`}`);
  }
  return { planned, pages: said.flatMap((line) => ('page' in line ? line.page : [])), reading, startedMs };
}
