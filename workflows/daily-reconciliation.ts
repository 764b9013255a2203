// The schedule's tick of one zone: plan every day that is due, run accounts side by side and an account's days oldest
// first, let each fail alone, tell the zone's digest, and end failed if any did, so that the list in the UI turns red.
import { ApplicationFailure, defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  log,
  patched,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { activityOptions } from './activity-options.ts';
import type { AccountDay, Activities, DailyInput, DigestInput, Policy } from './contracts.ts';
import { isStillDue, runAccountDay } from './run-account-day.ts';

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** From then on people are told what there is; who is still waited for follows in a supplement. */
const DIGEST_AFTER_MS = 6 * 3_600_000;

/** @param input.digestAfterMs Only tests give it. */
export async function dailyReconciliation(
  input: DailyInput & { readonly digestAfterMs?: number },
): Promise<{ done: number }> {
  const nominalTime = input.nominalTime ?? workflowInfo().typedSearchAttributes.get(SCHEDULED_START)?.toISOString();
  if (nominalTime === undefined) {
    throw ApplicationFailure.nonRetryable(
      'started neither by a schedule nor with a nominal time',
      'MissingNominalTime',
    );
  }
  const { planDue } = proxyActivities<Activities>(activityOptions('record', input.policy));
  const due = await planDue({ nominalTime, zone: input.zone });
  const failed: AccountDay[] = [];
  let done = 0;
  const byAccount = Map.groupBy(due, (day) => day.account);
  const days = Promise.all(
    [...byAccount.values()].map(async (days) => {
      for (const day of days) {
        try {
          if (await isStillDue(day, input.policy)) {
            await runAccountDay({ ...day, trigger: 'schedule', policy: input.policy });
          }
          done += 1;
        } catch (error) {
          // A day that somebody cancelled failed alone; only our own cancellation ends the others' turn.
          if (CancellationScope.current().consideredCancelled) throw error;
          failed.push(day);
        }
        setCurrentDetails(`${input.zone}: ${done} of ${due.length} account-days done, ${failed.length} failed`);
      }
    }),
  );
  if (patched('zone-digest')) {
    const finished = await inTime(days, input.digestAfterMs ?? DIGEST_AFTER_MS);
    const of = { zone: input.zone, nominalTime };
    const waiting = await tell({ ...of, part: 'digest' }, input.policy);
    await days;
    if (!finished && waiting !== 'nobody') await tell({ ...of, part: 'supplement' }, input.policy);
  }
  await days;
  if (failed.length === 0) return { done };
  const names = failed.map((day) => `${day.account} ${day.date}`).join(', ');
  throw ApplicationFailure.nonRetryable(
    `${failed.length} of ${due.length} account-days failed: ${names}`,
    'PartialRun',
  );
}

/** Whether they ended before the cut-off. @throws what ended them. */
async function inTime(days: Promise<unknown>, cutOffMs: number): Promise<boolean> {
  const timer = new CancellationScope();
  const cutOff = timer
    .run(() => sleep(cutOffMs))
    .then(
      () => false,
      (error: unknown) => {
        if (!isCancellation(error)) throw error;
        return true;
      },
    );
  try {
    return await Promise.race([days.then(() => true), cutOff]);
  } finally {
    timer.cancel();
  }
}

/** Answers with who is still waited for. The days are done whatever happens here: what could not be sent waits in the outbox. */
async function tell(digest: DigestInput, policy: Policy): Promise<'somebody' | 'nobody' | 'unknown'> {
  const { sendDigest } = proxyActivities<Activities>(activityOptions('deliver', policy));
  try {
    const { waiting } = await sendDigest(digest);
    return waiting.length === 0 ? 'nobody' : 'somebody';
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('the digest was not sent', { part: digest.part });
    return 'unknown';
  }
}
