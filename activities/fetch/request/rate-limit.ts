// Holds an account's requests to its rate over all workers and backfills: each process leases a few requests at a time
// from the account's row in PostgreSQL. Short waits are waited here; a long one is thrown, so that Temporal waits instead.
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { RateLimited, SourceUnavailable } from '../../errors.ts';
import { errorCode } from './error-code.ts';
import { type Bucket, backOff, blockFor, LEASE_AHEAD_MS, type Lease, leaseRequests } from './request-bucket.ts';
import type { RequestGate } from './request-gate.ts';

export interface RequestLimits {
  readonly requestsPerSecond: number;
  /** Requests that may follow each other at once after a quiet time; default: a second's worth. */
  readonly burst?: number;
}

export interface GateOptions {
  readonly waitMsMax?: number;
  readonly closedWaitMsMax?: number;
  readonly backOffFirstMs?: number;
  readonly backOffMsMax?: number;
}

export type Gates = (account: string, limits: RequestLimits) => RequestGate;

/** Longer than this nobody stands in line for a lease and holds a slot that the processor's other accounts need too. */
const WAIT_MS_MAX = 4_000;
/** The same while the processor refuses: all who wait would wait for one time. */
const CLOSED_WAIT_MS_MAX = 1_000;
const BACK_OFF_FIRST_MS = 1_000;
const BACK_OFF_MS_MAX = 60_000;
/** A longer Retry-After would be a mistake of the header. */
const BLOCK_MS_MAX = 3_600_000;
/** A database that hangs is as good as none. */
const DATABASE_ANSWER_MS_MAX = 10_000;

/** Gates that share one bucket an account with those of every other process on the same database. */
export function leasedGates(database: DatabasePool, options: GateOptions = {}): Gates {
  const gates = new Map<string, RequestGate>();
  return (account, limits) => {
    const gate = gates.get(account) ?? new LeasedGate(database, account, limits, options);
    gates.set(account, gate);
    return gate;
  };
}

// In any time T all processes together send at most burst + requestsPerSecond × T requests: half of the burst stands in
// PostgreSQL, and the other half is what can come due elsewhere while a lease, that long, lies in a process. What a lease
// has left at its end is lost.
class LeasedGate implements RequestGate {
  readonly #database: DatabasePool;
  readonly #bucket: Bucket;
  readonly #termMs: number;
  readonly #leasedMax: number;
  readonly #options: Required<GateOptions>;
  #lease = { left: 0, usableMs: 0, endMs: 0 };
  #usedOfLease = 0;
  #waiting = 0;
  #pauses = 0;
  #asking: Promise<Lease> | null = null;

  constructor(database: DatabasePool, account: string, limits: RequestLimits, options: GateOptions) {
    const { requestsPerSecond, burst = Math.max(1, Math.floor(requestsPerSecond)) } = limits;
    if (!(requestsPerSecond > 0) || !Number.isSafeInteger(burst) || burst < 1) {
      throw new RangeError(`${account}: requestsPerSecond must be above 0 and burst a whole number from 1`);
    }
    const unitUs = Math.ceil(1_000_000 / requestsPerSecond);
    const depth = Math.ceil(burst / 2);
    this.#database = database;
    this.#bucket = { account, unitUs, depth };
    this.#leasedMax = Math.max(1, burst - depth);
    this.#termMs = ((burst - depth) * unitUs) / 1_000;
    this.#options = {
      waitMsMax: options.waitMsMax ?? WAIT_MS_MAX,
      closedWaitMsMax: options.closedWaitMsMax ?? CLOSED_WAIT_MS_MAX,
      backOffFirstMs: options.backOffFirstMs ?? BACK_OFF_FIRST_MS,
      backOffMsMax: options.backOffMsMax ?? BACK_OFF_MS_MAX,
    };
  }

  async pass(signal: AbortSignal): Promise<void> {
    const startMs = performance.now();
    for (;;) {
      const usableMs = await this.#admitted(startMs, signal);
      const pauses = this.#pauses;
      const waitMs = usableMs - performance.now();
      if (waitMs > 0) await wait(waitMs, signal);
      // What was leased before a refusal and was not sent yet counts no more.
      if (pauses === this.#pauses) return;
    }
  }

  /** Other processes may still send what they have leased: for a lease's term and the second it was taken ahead. */
  async pause(retryAfterMs: number | null): Promise<void> {
    this.#forgetLease();
    const { backOffFirstMs: firstMs, backOffMsMax: msMax } = this.#options;
    const { account } = this.#bucket;
    const isSaid = retryAfterMs !== null && retryAfterMs > 0;
    await this.#answered(
      isSaid
        ? blockFor(this.#database, account, Math.min(retryAfterMs, BLOCK_MS_MAX))
        : backOff(this.#database, account, { firstMs, msMax }),
    );
    // What was asked for before the account was closed may have come meanwhile.
    this.#forgetLease();
  }

  #forgetLease(): void {
    this.#pauses += 1;
    this.#lease.left = 0;
  }

  /** Takes one request of a lease; says when it may be sent, at most LEASE_AHEAD_MS from now. */
  async #admitted(startMs: number, signal: AbortSignal): Promise<number> {
    this.#waiting += 1;
    try {
      // A lease that has just come is for those who waited for it, however short its term.
      for (let isFresh = false; ; ) {
        signal.throwIfAborted();
        if (this.#lease.left > 0 && (isFresh || performance.now() <= this.#lease.endMs)) break;
        const { leased, waitMs, isClosed } = await unlessAborted(this.#ask(), signal);
        isFresh = leased > 0;
        if (isFresh) continue;
        const restMs = Math.max(0, waitMs - LEASE_AHEAD_MS);
        const waitMsMax = isClosed ? this.#options.closedWaitMsMax : this.#options.waitMsMax;
        if (performance.now() - startMs + restMs > waitMsMax) throw new RateLimited(this.#bucket.account, waitMs);
        if (restMs > 0) await wait(restMs, signal);
      }
    } finally {
      this.#waiting -= 1;
    }
    this.#lease.left -= 1;
    this.#usedOfLease += 1;
    return this.#lease.usableMs;
  }

  // One question at a time, for all who wait: as many as went through on the last lease and one more, so that a process
  // that reads slowly takes little from the others.
  #ask(): Promise<Lease> {
    this.#asking ??= (async () => {
      try {
        const wanted = Math.max(this.#waiting, Math.min(this.#usedOfLease + 1, this.#leasedMax));
        const lease = await this.#answered(leaseRequests(this.#database, this.#bucket, wanted));
        const usableMs = performance.now() + lease.waitMs;
        this.#lease = { left: lease.leased, usableMs, endMs: usableMs + this.#termMs };
        if (lease.leased > 0) this.#usedOfLease = 0;
        return lease;
      } finally {
        this.#asking = null;
      }
    })();
    return this.#asking;
  }

  async #answered<T>(work: Promise<T>): Promise<T> {
    try {
      return await unlessAborted(work, AbortSignal.timeout(DATABASE_ANSWER_MS_MAX));
    } catch (cause) {
      const code = errorCode(cause);
      throw new SourceUnavailable(
        `rate limit of ${this.#bucket.account}`,
        `PostgreSQL did not answer${code === undefined ? '' : ` (${code})`}: nothing is fetched until the database is up again`,
        { cause },
      );
    }
  }
}

// What a timer throws when it is aborted is its own error; who cancels wants the reason back.
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.ceil(ms), undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
