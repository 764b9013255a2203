// Lets a fault test stop this process at a named place: RECON_CHECKPOINT="after_page:3" kills it the third time it gets
// there, "after_page:3:stop" makes it stand still until it is told to go on. Without the variable it does nothing.
import type { Checkpoint } from '../activities/index.ts';

const CHECKPOINT = /^(after_page|before_gate|before_commit|after_commit):([1-9]\d{0,4})(:stop)?$/;

export function checkpointFrom(text: string | undefined): (name: Checkpoint) => Promise<void> {
  if (text === undefined || text === '') return async () => undefined;
  const [, wanted, ordinal, stop] = CHECKPOINT.exec(text) ?? [];
  if (wanted === undefined)
    throw new RangeError(`RECON_CHECKPOINT "${text}" is not of the form after_page:3 or after_page:3:stop`);
  let left = Number(ordinal);
  return async (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left !== 0) return;
    process.kill(process.pid, stop === undefined ? 'SIGKILL' : 'SIGSTOP');
    // SIGKILL is delivered asynchronously: nothing after this place may run.
    if (stop === undefined) await new Promise(() => undefined);
  };
}
