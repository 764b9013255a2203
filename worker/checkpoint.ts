// Lets a fault test stop this process at a named place: RECON_CHECKPOINT="after_page:3" kills it the third time it gets
// there, "after_page:3:stop" makes it stand still until it is told to go on, "after_page:3:memory" uses up its memory. Without the
// variable it does nothing.
import type { Checkpoint } from '../activities/index.ts';

const CHECKPOINT = /^(after_page|before_gate|before_commit|after_commit):([1-9]\d{0,4})(:stop|:memory)?$/;
// Of 8 MB each: more than any heap that a worker is given.
const HOARDED_MAX = 100_000;

export function checkpointFrom(text: string | undefined): (name: Checkpoint) => Promise<void> {
  if (text === undefined || text === '') return async () => undefined;
  const [, wanted, ordinal, how] = CHECKPOINT.exec(text) ?? [];
  if (wanted === undefined)
    throw new RangeError(`RECON_CHECKPOINT "${text}" is not of the form after_page:3 or after_page:3:stop`);
  let left = Number(ordinal);
  return async (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left !== 0) return;
    if (how === ':memory') useUpMemory();
    process.kill(process.pid, how === undefined ? 'SIGKILL' : 'SIGSTOP');
    // SIGKILL is delivered asynchronously: nothing after this place may run.
    if (how === undefined) await new Promise(() => undefined);
  };
}

/** Node ends itself, at once and without asking anybody. */
function useUpMemory(): void {
  const hoard: number[][] = [];
  while (hoard.length < HOARDED_MAX) hoard.push(new Array<number>(1_000_000).fill(0.5));
}
