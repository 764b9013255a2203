// Speaks to Stripe through its official SDK, whose own retries are off.
import Stripe from 'stripe';
import { AuthRejected } from '../../errors.ts';
import { type OpenedClient, RenewedClient } from '../request/renewed-client.ts';
import type { RequestGate } from '../request/request-gate.ts';
import { type StripeCaller, stripeError } from './stripe-error.ts';

export interface StripeSessionOptions {
  readonly account: string;
  /** `fresh`: the last one was refused, so that a cached copy will not do. */
  readonly apiKey: (want: { readonly fresh: boolean }) => Promise<string> | string;
  /** Only for an emulator or a proxy; the SDK knows Stripe's own address. */
  readonly baseUrl?: string | undefined;
  /** The account that is read in the name of a platform, such as `acct_1`; by default the key's own. */
  readonly connectedAccount?: string | undefined;
  readonly requestTimeoutMs: number;
  readonly gate?: RequestGate | undefined;
}

export const STRIPE_SOURCE = 'Stripe API';

export class StripeSession {
  readonly #options: StripeSessionOptions;
  readonly #signal: AbortSignal;
  readonly #client: RenewedClient<Stripe>;

  constructor(options: StripeSessionOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#client = new RenewedClient({ open: (want) => this.#open(want), gate: options.gate, signal });
  }

  /** Who asked last; null before the first request. */
  get caller(): StripeCaller | null {
    const { secret } = this.#client;
    return secret === null ? null : this.#callerWith(secret);
  }

  /** Idempotent: only for reading. */
  request<T>(ask: (client: Stripe) => Promise<T>): Promise<T> {
    return this.#client.request(ask, (error, key) => stripeError(error, this.#callerWith(key)));
  }

  #callerWith(key: string): StripeCaller {
    const { account, connectedAccount } = this.#options;
    return { source: STRIPE_SOURCE, account, key, connectedAccount };
  }

  async #open(want: { readonly fresh: boolean }): Promise<OpenedClient<Stripe>> {
    const { account, apiKey } = this.#options;
    const secret = (await apiKey(want)).trim();
    if (secret === '') throw new AuthRejected(STRIPE_SOURCE, `there is no key for ${account}: configure one`);
    return { secret, client: this.#stripe(secret) };
  }

  #stripe(key: string): Stripe {
    const { baseUrl, requestTimeoutMs, connectedAccount } = this.#options;
    return new Stripe(key, {
      ...(baseUrl === undefined ? {} : address(new URL(baseUrl))),
      ...(connectedAccount === undefined ? {} : { stripeAccount: connectedAccount }),
      timeout: requestTimeoutMs,
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient((url, init) => {
        const signals = init?.signal ? [init.signal, this.#signal] : [this.#signal];
        // A redirect would carry the key to wherever it points.
        return fetch(url, { ...init, redirect: 'error', signal: AbortSignal.any(signals) });
      }),
    });
  }
}

function address({ protocol, hostname, port }: URL) {
  const isPlain = protocol === 'http:';
  return { protocol: isPlain ? 'http' : 'https', host: hostname, port: port || (isPlain ? 80 : 443) } as const;
}
