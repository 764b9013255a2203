// Decides how durations are written in rule sets and configuration: "3h", "10d", "90m".
import { z } from 'zod';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const FORM = 'write a number and s, m, h or d, such as 3h or 10d';

/** "3h" → milliseconds. A day is 24 hours here: a waiting time, not a calendar day. */
export const durationMs = z
  .string(FORM)
  .regex(/^\d{1,6}(s|m|h|d)$/, FORM)
  .transform((text) => Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS]);

/** The way back, in the largest unit that divides it: "3h", "90m", "0s". */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm'] as const)
    if (ms > 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  return `${ms / UNIT_MS.s}s`;
}
