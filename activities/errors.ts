// Facts that stop an activity, as classes; and the one place where a fact becomes an ApplicationFailure (retry or not,
// when, under which type). Messages tell the operator the next step and hold no personal data and no amounts.
import { types } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { errorCode } from './fetch/request/error-code.ts';

/** Something a source told us or failed to tell us. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
  readonly source: string;
  constructor(source: string, message: string, options?: ErrorOptions) {
    super(`${source}: ${message}`, options);
    this.source = source;
  }
}

/** The source asked us to wait. */
export class RateLimited extends SourceError {
  override readonly name = 'RateLimited';
  readonly retryAfterMs: number | null;
  constructor(source: string, retryAfterMs: number | null, options?: ErrorOptions) {
    super(source, `asked us to wait${retryAfterMs === null ? '' : ` ${Math.ceil(retryAfterMs / 1000)} s`}`, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The key is wrong, expired, or lacks a permission. A person has to act. */
export class AuthRejected extends SourceError {
  override readonly name = 'AuthRejected';
}

/** Not reachable, timed out, 5xx, or an answer that is not what the API speaks: worth another try. */
export class SourceUnavailable extends SourceError {
  override readonly name = 'SourceUnavailable';
}

/** Asking again gives the same answer: a bad request, a missing column, a file that is not there. */
export class SourceRejected extends SourceError {
  override readonly name = 'SourceRejected';
}

/** The source does not reach the end of the window yet. */
export class SourceNotReady extends SourceError {
  override readonly name = 'SourceNotReady';
  readonly retryAfterMs: number;
  constructor(source: string, message: string, retryAfterMs: number) {
    super(source, message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another workflow reconciles the day at this moment; its result is ours too. */
export class RunUnderWay extends Error {
  override readonly name = 'RunUnderWay';
  readonly retryAfterMs: number;
  constructor(account: string, date: string, retryAfterMs: number) {
    super(`${account} ${date} is being reconciled by another workflow; waiting for it`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Another run reads the same file at this moment; what it stages is ours too. */
export class ShardTaken extends Error {
  override readonly name = 'ShardTaken';
  readonly retryAfterMs: number;
  constructor(shard: string, retryAfterMs: number) {
    super(`${shard} is being read by another run; waiting for it`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Mail waits in the outbox because nobody took it now: worth another try. */
export class DeliveryDeferred extends Error {
  override readonly name = 'DeliveryDeferred';
  constructor(waiting: number) {
    super(`${waiting} notification(s) could not be handed over now and wait in the outbox`);
  }
}

/** A sum or count that must hold does not. Nothing was committed; the diagnostics were. */
export class InvariantViolated extends Error {
  override readonly name = 'InvariantViolated';
  readonly diagnostics: readonly string[];
  constructor(what: string, diagnostics: readonly string[]) {
    super(
      `${what}: ${diagnostics.slice(0, 3).join('; ')}${diagnostics.length > 3 ? ` (+${diagnostics.length - 3})` : ''}`,
    );
    this.diagnostics = diagnostics;
  }
}

/** Another attempt of this run writes now; this one must not. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
  constructor(runId: string, attempt: number, current: number) {
    super(`run ${runId}: attempt ${attempt} is fenced off, attempt ${current} writes now`);
  }
}

/** The run has ended; its rows do not change any more. */
export class RunClosed extends Error {
  override readonly name = 'RunClosed';
  constructor(runId: string, status: string) {
    super(`run ${runId} is ${status}: it does not change any more; start a new run of the day instead`);
  }
}

/** What was asked for needs rows of a month that was purged. */
export class RowsPurged extends Error {
  override readonly name = 'RowsPurged';
}

/** As sql/migrations/0017_purge.sql raises it. */
const ROWS_PURGED = 'RP001';

/** The configuration does not name what was asked for. */
export class NotConfigured extends Error {
  override readonly name = 'NotConfigured';
}

// Not Fenced: an attempt that was put to sleep and woke late may fence off the one that replaced it, which then has to be
// tried again. What the sleeper reports, the server no longer hears.
const NON_RETRYABLE: ReadonlySet<string> = new Set([
  'AuthRejected',
  'SourceRejected',
  'InvariantViolated',
  'RunClosed',
  'NotConfigured',
  'RunNotCompleted',
  'RuleSetNotApproved',
  'PeriodLocked',
  'RowsPurged',
]);

/** Two people agreed that nothing of the day changes any more. */
export class PeriodLocked extends Error {
  override readonly name = 'PeriodLocked';
  constructor(account: string, date: string, through: string) {
    super(
      `${account} ${date} is not run again: the account is locked through ${through}. What comes late is taken up by the next open day. To open it, another person has to approve: npm run recon -- periods propose --account ${account} --none --because "…"`,
    );
  }
}

/** Another rule set is in force than the one that is configured, or none: two people have to put it there. */
export class RuleSetNotApproved extends Error {
  override readonly name = 'RuleSetNotApproved';
  readonly ruleSetHash: string;
  constructor(account: string, ruleSetHash: string, approvedHash: string | null) {
    super(
      `${account}: the configured rule set ${ruleSetHash} is not approved (${approvedHash === null ? 'none ever was' : `in force is ${approvedHash}`}), and rules.approval is required. Nothing was decided. Propose it: npm run recon -- rules propose FILE --account ${account} --because "…"; when another person has approved it, run the day again`,
    );
    this.ruleSetHash = ruleSetHash;
  }
}

/** Turns a fact into what Temporal acts on. Unknown errors stay retryable under their own name. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const fact = factOf(error);
  const waiting = fact instanceof SourceNotReady || fact instanceof RunUnderWay || fact instanceof ShardTaken;
  const retryAfterMs = waiting || fact instanceof RateLimited ? (fact.retryAfterMs ?? undefined) : undefined;
  return ApplicationFailure.create({
    message: fact.message,
    type: fact.name,
    nonRetryable: NON_RETRYABLE.has(fact.name),
    cause: fact,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
    ...(waiting ? { category: 'BENIGN' as const } : {}),
  });
}

function factOf(error: unknown): Error {
  // Node's own errors may come from another realm, where instanceof does not know them.
  const fact = types.isNativeError(error) ? error : new Error(String(error));
  return errorCode(error) === ROWS_PURGED ? new RowsPurged(fact.message, { cause: fact }) : fact;
}
