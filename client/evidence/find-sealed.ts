// Finds the run that a reference names, and where its evidence was sealed. Reads only.
import type { DatabasePool } from 'slonik';
import { readSeal, type Seal } from '../../activities/evidence/seal-evidence.ts';
import { CannotDo } from '../cannot-do.ts';
import type { RunSummary } from '../database/read-runs.ts';
import { refusalOf } from '../database/refusal-of.ts';
import { findRun } from '../find-run.ts';
import { TYPED_AS } from '../help-examples.ts';
import type { RunReference } from '../run-reference.ts';
import { runReferenceOf } from '../run-view.ts';

export interface SealedRun {
  readonly run: RunSummary;
  /** stripe/us/2026-01-31#2 */
  readonly name: string;
  readonly seal: Seal;
}

/** @throws UsageError where there is no such run, CannotDo where it is not sealed or the login may not see it. */
export async function findSealed(database: DatabasePool, reference: RunReference): Promise<SealedRun> {
  const { run } = await findRun(database, reference);
  const name = runReferenceOf(run);
  const seal = await readSeal(database, run.runId).catch((cause) => {
    const refusal = refusalOf(cause);
    throw refusal === undefined ? cause : new CannotDo(`evidence is for auditors: ${refusal}`, { cause });
  });
  if (seal === null) throw new CannotDo(notSealed(name, run.status));
  return { run, name, seal };
}

function notSealed(name: string, status: string): string {
  if (status === 'running') return `${name} is still running: its evidence is sealed when it has ended`;
  return `the evidence of ${name} is not sealed yet: the worker tries again every hour; ${TYPED_AS} doctor checks the stores`;
}
