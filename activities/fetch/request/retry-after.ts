// Decides what a Retry-After header asks for: seconds or a date (RFC 9110 §10.2.3). Pure but for the clock that it is given.

// A longer wait would be a mistake of the header, and the schedule of retries is the workflow's.
const RETRY_AFTER_MS_MAX = 3_600_000;
const SECONDS = /^\d+$/;
// Date.parse takes bare numbers for years.
const DATE = /[a-z]/i;

/** Null where the header is absent, as it usually is, or says nothing; 0 where the time has passed already. */
export function retryAfterMs(header: string | null | undefined, nowMs: number = Date.now()): number | null {
  if (header === null || header === undefined) return null;
  if (SECONDS.test(header)) return bounded(Number(header) * 1_000);
  const untilMs = DATE.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(untilMs) ? null : bounded(untilMs - nowMs);
}

function bounded(waitMs: number): number {
  return Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
}
