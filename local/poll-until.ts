// Waits for something another process brings about, with a bound. Never sleeps a fixed time in the hope that it was
// enough.
import { setTimeout as delay } from 'node:timers/promises';
import { WaitedTooLong } from './errors.ts';

export interface PollOptions<T> {
  /** Ends the sentence "waited 60 s for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly signal?: AbortSignal | undefined;
  /** undefined = not yet. A throw ends the wait. */
  readonly check: () => Promise<T | undefined>;
}

export async function pollUntil<T>(options: PollOptions<T>): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const found = await options.check();
    if (found !== undefined) return found;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs >= options.timeoutMs) throw new WaitedTooLong(options.what, waitedMs);
    await delay(options.intervalMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
