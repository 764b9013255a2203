// A run as the client reads it, to be varied. Never imported by the product.
import type { RunSummary } from './database/read-runs.ts';

export function runForTests(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: 7n,
    account: 'stripe/us',
    processor: 'stripe',
    zone: 'America/New_York',
    date: '2026-01-31',
    runNumber: 1,
    decisionSeq: 7n,
    status: 'completed',
    outcome: 'clean',
    trigger: 'schedule',
    reason: null,
    currency: 'USD',
    missingCount: 2,
    atRiskMinor: 123_450n,
    ambiguousMinor: 0n,
    carriedCount: 0,
    carriedMinor: 0n,
    startedAtMs: Date.parse('2026-02-01T09:00:00Z'),
    finishedAtMs: Date.parse('2026-02-01T09:00:04.2Z'),
    workflowId: 'reconcile/stripe/us/2026-01-31',
    temporalRunId: '00000000-0000-0000-0000-000000000001',
    resultDigest: 'ab'.repeat(32),
    reportKey: null,
    publishStatus: 'pending',
    error: null,
    ...changes,
  };
}
