// Speaks to Square through its official SDK: one attempt per request, because waiting and trying again is the workflow's;
// ends at once when the signal says so. The SDK is loaded with the first request, because that takes a second or two.
import type { SquareClient } from 'square';
import { AuthRejected, RateLimited } from '../../errors.ts';
import type { RequestGate } from '../request/request-gate.ts';
import { type SquarePermission, squareError } from './square-error.ts';
import { squareFetch } from './square-fetch.ts';

export interface SquareSessionOptions {
  readonly account: string;
  /** `fresh`: the last one was refused, so that a cached copy will not do. */
  readonly accessToken: (want: { readonly fresh: boolean }) => Promise<string> | string;
  /** Only for an emulator, the sandbox or a proxy; the SDK knows Square's own address. */
  readonly baseUrl?: string | undefined;
  readonly requestTimeoutMs: number;
  readonly gate?: RequestGate | undefined;
}

export const SQUARE_SOURCE = 'Square API';

interface OpenClient {
  readonly token: string;
  readonly client: SquareClient;
}

export class SquareSession {
  readonly #options: SquareSessionOptions;
  readonly #signal: AbortSignal;
  #current: OpenClient | null = null;

  constructor(options: SquareSessionOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Idempotent: only for reading. A token that was replaced meanwhile is fetched again, once. */
  async request<T>(permission: SquarePermission, ask: (client: SquareClient) => Promise<T>): Promise<T> {
    const current = this.#current ?? (await this.#open(false));
    try {
      return await this.#once(permission, ask, current);
    } catch (error) {
      if (!(error instanceof AuthRejected)) throw error;
      const renewed = await this.#open(true);
      if (renewed.token === current.token) throw error;
      return await this.#once(permission, ask, renewed);
    }
  }

  async #once<T>(
    permission: SquarePermission,
    ask: (client: SquareClient) => Promise<T>,
    open: OpenClient,
  ): Promise<T> {
    await this.#options.gate?.pass(this.#signal);
    this.#signal.throwIfAborted();
    try {
      return await ask(open.client);
    } catch (error) {
      this.#signal.throwIfAborted();
      const { SquareError } = await import('square');
      const caller = { source: SQUARE_SOURCE, account: this.#options.account, token: open.token, permission };
      const fact = squareError(error, caller, SquareError);
      if (fact instanceof RateLimited) await this.#options.gate?.pause(fact.retryAfterMs);
      throw fact;
    }
  }

  async #open(fresh: boolean): Promise<OpenClient> {
    const { account, accessToken, baseUrl, requestTimeoutMs } = this.#options;
    const token = (await accessToken({ fresh })).trim();
    if (token === '') throw new AuthRejected(SQUARE_SOURCE, `there is no access token for ${account}: configure one`);
    const { SquareClient } = await import('square');
    const client = new SquareClient({
      token,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      // Its own clock covers no body, and after a failure runs on and keeps the process alive. `squareFetch` has a clock, and
      // is deaf to this one, which therefore ends at once.
      timeoutInSeconds: 0,
      maxRetries: 0,
      fetch: squareFetch(this.#signal, requestTimeoutMs),
    });
    this.#current = { token, client };
    return this.#current;
  }
}
