// Speaks to Stripe through its official SDK: one attempt per request, because waiting and trying again is the workflow's;
// ends at once when the signal says so.
import Stripe from 'stripe';
import { AuthRejected, RateLimited } from '../../errors.ts';
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
  #current: { readonly caller: StripeCaller; readonly client: Stripe } | null = null;

  constructor(options: StripeSessionOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Who asked last; null before the first request. */
  get caller(): StripeCaller | null {
    return this.#current?.caller ?? null;
  }

  /** Idempotent: only for reading. A key that was replaced meanwhile is fetched again, once. */
  async request<T>(ask: (client: Stripe) => Promise<T>): Promise<T> {
    const { caller, client } = this.#current ?? (await this.#open(false));
    try {
      return await this.#once(ask, client, caller);
    } catch (error) {
      if (!(error instanceof AuthRejected)) throw error;
      const renewed = await this.#open(true);
      if (renewed.caller.key === caller.key) throw error;
      return await this.#once(ask, renewed.client, renewed.caller);
    }
  }

  async #once<T>(ask: (client: Stripe) => Promise<T>, client: Stripe, caller: StripeCaller): Promise<T> {
    await this.#options.gate?.pass(this.#signal);
    this.#signal.throwIfAborted();
    try {
      return await ask(client);
    } catch (error) {
      this.#signal.throwIfAborted();
      const fact = stripeError(error, caller);
      if (fact instanceof RateLimited) await this.#options.gate?.pause(fact.retryAfterMs);
      throw fact;
    }
  }

  async #open(fresh: boolean): Promise<{ caller: StripeCaller; client: Stripe }> {
    const { account, apiKey, connectedAccount } = this.#options;
    const key = (await apiKey({ fresh })).trim();
    if (key === '') throw new AuthRejected(STRIPE_SOURCE, `there is no key for ${account}: configure one`);
    this.#current = { caller: { source: STRIPE_SOURCE, account, key, connectedAccount }, client: this.#client(key) };
    return this.#current;
  }

  #client(key: string): Stripe {
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
