// The steps of telling people that no single run does: the digest of a zone, the sweep, the escalation. Each is a thin shell; by
// what key it is idempotent stands where it is built.
import { type DigestDeps, type DigestInput, type DigestSent, sendDigest } from './digest/send-digest.ts';
import { type EscalateDeps, escalateOverdue } from './escalate-overdue.ts';
import { type SweepCounts, type SweepDeps, sweepOutbox } from './sweep-outbox.ts';

export interface AlertSteps {
  sendDigest(input: DigestInput): Promise<DigestSent>;
  sweepOutbox(): Promise<SweepCounts>;
  escalateOverdue(): Promise<{ escalated: number }>;
}

export function createAlertSteps(deps: DigestDeps & SweepDeps & EscalateDeps): AlertSteps {
  return {
    sendDigest: (input) => sendDigest(deps, input),
    sweepOutbox: () => sweepOutbox(deps),
    escalateOverdue: () => escalateOverdue(deps),
  };
}
