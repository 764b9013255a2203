// What the watchdog found wrong: which cause, about what, and what to do. Names, counts and times only: it is mailed.
import type { Severity } from '../../domain/vocabulary.ts';

export const CAUSES = [
  'day_late',
  'run_orphaned',
  'schedule_missing',
  'schedule_paused',
  'nobody_polls',
  'workflow_stuck',
  'outbox_stuck',
  'delivery_failed',
  'chain_broken',
  'anchor_old',
  /** A part could not be looked at: what is not known may be wrong. */
  'cannot_look',
] as const;
export type Cause = (typeof CAUSES)[number];

export interface Finding {
  readonly cause: Cause;
  /** An account-day, a schedule, a task queue, a workflow. */
  readonly about: string;
  readonly severity: Severity;
  /** What is wrong, and since when. */
  readonly detail: string;
  /** What to do: words, or a command as it is typed. */
  readonly next: string;
}

/** The first findings of one cause are named; more are counted. */
export const FINDINGS_OF_A_CAUSE_MAX = 20;

export function bounded(findings: readonly Finding[]): readonly Finding[] {
  const shown = findings.slice(0, FINDINGS_OF_A_CAUSE_MAX);
  const [first] = findings;
  if (first === undefined || shown.length === findings.length) return shown;
  const detail = `${findings.length - shown.length} more of the same`;
  return [...shown, { ...first, about: 'and more', detail }];
}
