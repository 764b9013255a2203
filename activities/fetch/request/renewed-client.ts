// Asks an API through a client that holds a secret: one attempt per request, because waiting and trying again is the
// workflow's; through the account's gate; ended at once by the signal. A secret that was replaced meanwhile is fetched
// again, once.
import { AuthRejected, RateLimited, type SourceError } from '../../errors.ts';
import type { RequestGate } from './request-gate.ts';

export interface OpenedClient<Client> {
  readonly secret: string;
  readonly client: Client;
}

export interface RenewedClientOptions<Client> {
  /** `fresh`: the last secret was refused, so that a cached copy will not do. */
  readonly open: (want: { readonly fresh: boolean }) => Promise<OpenedClient<Client>>;
  readonly gate: RequestGate | undefined;
  readonly signal: AbortSignal;
}

/** Which fact an error of the client is. */
export type FactOf = (error: unknown, secret: string) => SourceError | Promise<SourceError>;

export class RenewedClient<Client> {
  readonly #options: RenewedClientOptions<Client>;
  #current: OpenedClient<Client> | null = null;

  constructor(options: RenewedClientOptions<Client>) {
    this.#options = options;
  }

  /** Who asked last; null before the first request. */
  get secret(): string | null {
    return this.#current?.secret ?? null;
  }

  /** Idempotent: only for reading. */
  async request<T>(ask: (client: Client) => Promise<T>, factOf: FactOf): Promise<T> {
    const current = this.#current ?? (await this.#open(false));
    try {
      return await this.#once(ask, factOf, current);
    } catch (error) {
      if (!(error instanceof AuthRejected)) throw error;
      const renewed = await this.#open(true);
      if (renewed.secret === current.secret) throw error;
      return await this.#once(ask, factOf, renewed);
    }
  }

  async #once<T>(ask: (client: Client) => Promise<T>, factOf: FactOf, opened: OpenedClient<Client>): Promise<T> {
    const { gate, signal } = this.#options;
    await gate?.pass(signal);
    signal.throwIfAborted();
    try {
      return await ask(opened.client);
    } catch (error) {
      signal.throwIfAborted();
      const fact = await factOf(error, opened.secret);
      if (fact instanceof RateLimited) await gate?.pause(fact.retryAfterMs);
      throw fact;
    }
  }

  async #open(fresh: boolean): Promise<OpenedClient<Client>> {
    this.#current = await this.#options.open({ fresh });
    return this.#current;
  }
}
