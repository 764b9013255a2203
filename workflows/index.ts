// Everything the worker registers as a workflow.
export { backfill } from './backfill.ts';
export { dailyReconciliation } from './daily-reconciliation.ts';
export { housekeeping } from './housekeeping.ts';
export { reconcileAccountDay } from './reconcile-account-day.ts';
