// Looks at everything the watchdog watches. Part by part: what cannot be looked at is a finding of its own, and the rest is looked
// at all the same.
import type { ReconConfig } from '../../worker/config.ts';
import type { Context } from '../context.ts';
import { explainError } from '../explain-error.ts';
import { type AnchorReader, auditChains } from './audit-chains.ts';
import type { Finding } from './finding.ts';
import { lateDays } from './late-days.ts';
import { orphanedRuns } from './orphaned-runs.ts';
import { outboxAge } from './outbox-age.ts';
import { quietSchedules } from './schedules.ts';
import { stuckWorkflows } from './stuck-workflows.ts';
import { unservedQueues } from './task-queues.ts';

export interface WatchedParts {
  readonly context: Context;
  readonly config: ReconConfig;
  readonly nowMs: number;
  /** false: only looks. */
  readonly repair: boolean;
  /** null where no store of anchors is configured. */
  readonly anchors: AnchorReader | null;
}

/** A server that answers nobody must not keep the alarm from leaving. */
const LOOK_TIMEOUT_MS = 30_000;
const DETAIL_CHARS_MAX = 400;

/** Closes orphaned runs first, so that their days are counted as what they are. */
export async function lookAtEverything(parts: WatchedParts): Promise<readonly Finding[]> {
  const { context, config, nowMs, repair, anchors } = parts;
  const orphaned = await look('runs against Temporal', async () =>
    orphanedRuns(await context.database(), await context.temporal(), { nowMs, repair }),
  );
  const accounts = config.accounts.map(({ account }) => account);
  const others = await Promise.all([
    look('schedules', async () => quietSchedules(await context.temporal(), config)),
    look('task queues', async () => unservedQueues(await context.temporal(), config, nowMs)),
    look('workflow tasks', async () => stuckWorkflows(await context.temporal())),
    look('calendar', async () => lateDays(await context.database(), config.accounts, nowMs)),
    look('outbox', async () => outboxAge(await context.database(), nowMs)),
    ...(anchors === null
      ? []
      : [look('audit chains', async () => auditChains(await context.database(), anchors, accounts, nowMs))]),
  ]);
  return [...orphaned, ...others.flat()];
}

/** Never throws: what goes wrong is the finding. */
async function look(what: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const late = new AbortController();
  const timeout = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${LOOK_TIMEOUT_MS / 1_000} s`)), LOOK_TIMEOUT_MS);
    late.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
  try {
    return await Promise.race([work(), timeout]);
  } catch (error) {
    const detail = explainError(error).message.slice(0, DETAIL_CHARS_MAX);
    return [
      {
        cause: 'cannot_look',
        about: what,
        severity: 'critical',
        detail,
        next: 'npm run recon -- doctor says what does not work',
      },
    ];
  } finally {
    late.abort();
  }
}
