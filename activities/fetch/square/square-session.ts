// Speaks to Square through its official SDK, whose own retries are off. It is loaded with the first request, because that takes
// a second or two.
import type { SquareClient } from 'square';
import { AuthRejected } from '../../errors.ts';
import { type OpenedClient, RenewedClient } from '../request/renewed-client.ts';
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

export class SquareSession {
  readonly #options: SquareSessionOptions;
  readonly #signal: AbortSignal;
  readonly #client: RenewedClient<SquareClient>;

  constructor(options: SquareSessionOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#client = new RenewedClient({ open: (want) => this.#open(want), gate: options.gate, signal });
  }

  /** Idempotent: only for reading. */
  request<T>(permission: SquarePermission, ask: (client: SquareClient) => Promise<T>): Promise<T> {
    return this.#client.request(ask, async (error, token) => {
      const { SquareError } = await import('square');
      const caller = { source: SQUARE_SOURCE, account: this.#options.account, token, permission };
      return squareError(error, caller, SquareError);
    });
  }

  async #open(want: { readonly fresh: boolean }): Promise<OpenedClient<SquareClient>> {
    const { account, accessToken, baseUrl, requestTimeoutMs } = this.#options;
    const token = (await accessToken(want)).trim();
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
    return { secret: token, client };
  }
}
