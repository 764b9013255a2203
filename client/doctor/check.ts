// What doctor finds out about one thing: it is right, it works but somebody should know, or it does not and what to do.
import { explainError } from '../explain-error.ts';

export interface Finding {
  /** note: it works; `next` says what would be better. */
  readonly state: 'ok' | 'note' | 'fail';
  readonly detail: string;
  /** What to do; empty where there is nothing. */
  readonly next: string;
}

export interface Check extends Finding {
  readonly name: string;
}

// A firewall that drops packets answers nobody; a person waits this long for one line.
const CHECK_TIMEOUT_MS = 20_000;

export function ok(detail: string): Finding {
  return { state: 'ok', detail, next: '' };
}

export function note(detail: string, next: string): Finding {
  return { state: 'note', detail, next };
}

export function fail(detail: string, next: string): Finding {
  return { state: 'fail', detail, next };
}

/** Never throws: what goes wrong is the finding. */
export async function check(name: string, look: (signal: AbortSignal) => Promise<Finding>): Promise<Check> {
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const tooLate = new Promise<never>((_resolve, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS / 1_000} s`)), {
      once: true,
    });
  });
  try {
    return { name, ...(await Promise.race([look(timeout), tooLate])) };
  } catch (error) {
    return { name, ...fail(explainError(error).message, '') };
  }
}
