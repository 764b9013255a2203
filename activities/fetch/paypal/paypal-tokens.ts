// Holds the one token that all readers of a source share, because a token per request gets an account rate-limited.
// Decides when it is renewed and with which credentials; never shows either.
import { z } from 'zod';
import { AuthRejected, SourceUnavailable } from '../../errors.ts';
import type { RequestGate } from '../request/request-gate.ts';
import { type PayPalCaller, paypalBody, scopeMissing } from './paypal-error.ts';
import { askPayPal, PAYPAL_SOURCE } from './paypal-request.ts';

/** `fresh`: the last one was refused, so that a cached copy will not do. */
export type Secret = (want: { readonly fresh: boolean }) => Promise<string> | string;

export interface PayPalTokenOptions {
  readonly account: string;
  readonly clientId: Secret;
  readonly clientSecret: Secret;
  /** Only for the sandbox, an emulator or a proxy. */
  readonly baseUrl?: string | undefined;
  readonly requestTimeoutMs: number;
  readonly gate?: RequestGate | undefined;
}

export interface PayPalToken {
  readonly text: string;
  readonly credentials: Credentials;
  readonly caller: PayPalCaller;
  /** On the clock of this process, which no clock skew moves. */
  readonly untilMs: number;
}

interface Credentials {
  readonly id: string;
  readonly secret: string;
}

export const PAYPAL_URL = 'https://api-m.paypal.com';
const SEARCH_SCOPE = 'https://uri.paypal.com/services/reporting/search/read';
// A token may end while its last request is on its way.
const EXPIRY_MARGIN_MS = 5 * 60_000;
const EXPIRY_MARGIN_SHARE = 0.1;
const EXPIRES_IN_S_DEFAULT = 300;
// Whoever asks for the token does so for all; when it is aborted, the next in line asks.
const ASKERS_MAX = 100;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  scope: z.string().optional(),
  expires_in: z.number().positive().default(EXPIRES_IN_S_DEFAULT),
});

export class PayPalTokens {
  readonly #options: PayPalTokenOptions;
  #current: PayPalToken | null = null;
  #pending: { readonly token: Promise<PayPalToken>; readonly signal: AbortSignal } | null = null;

  constructor(options: PayPalTokenOptions) {
    this.#options = options;
  }

  async current(signal: AbortSignal): Promise<PayPalToken> {
    if (this.#current !== null && performance.now() < this.#current.untilMs) return this.#current;
    return await this.#together((askerSignal) => this.#open(askerSignal), signal);
  }

  /** Another token in place of one that was refused; null where the credentials that were to be fresh are the same. */
  async renewed(refused: PayPalToken, freshCredentials: boolean, signal: AbortSignal): Promise<PayPalToken | null> {
    if (this.#current === refused) this.#current = null;
    if (!freshCredentials || this.#current !== null) return await this.current(signal);
    const credentials = await this.#credentials(true);
    if (isSame(credentials, refused.credentials)) return null;
    return await this.#together((askerSignal) => this.#ask(credentials, askerSignal), signal);
  }

  async #together(ask: (signal: AbortSignal) => Promise<PayPalToken>, signal: AbortSignal): Promise<PayPalToken> {
    for (let askers = 0; askers < ASKERS_MAX; askers += 1) {
      signal.throwIfAborted();
      const pending = this.#pending;
      if (pending === null) return await this.#first(ask, signal);
      try {
        return await abortable(pending.token, signal);
      } catch (error) {
        if (signal.aborted || !pending.signal.aborted) throw error;
      }
    }
    throw new SourceUnavailable(PAYPAL_SOURCE, `gave no token to any of ${ASKERS_MAX} readers that were then ended`);
  }

  async #first(ask: (signal: AbortSignal) => Promise<PayPalToken>, signal: AbortSignal): Promise<PayPalToken> {
    const pending = { token: ask(signal), signal };
    this.#pending = pending;
    try {
      this.#current = await pending.token;
      return this.#current;
    } finally {
      if (this.#pending === pending) this.#pending = null;
    }
  }

  /** Credentials that were replaced meanwhile are fetched again, once. */
  async #open(signal: AbortSignal): Promise<PayPalToken> {
    const credentials = await this.#credentials(false);
    try {
      return await this.#ask(credentials, signal);
    } catch (error) {
      if (!(error instanceof AuthRejected)) throw error;
      const fresh = await this.#credentials(true);
      if (isSame(fresh, credentials)) throw error;
      return await this.#ask(fresh, signal);
    }
  }

  async #ask(credentials: Credentials, signal: AbortSignal): Promise<PayPalToken> {
    const { account, baseUrl, requestTimeoutMs, gate } = this.#options;
    const caller = { account, clientId: credentials.id };
    const basic = Buffer.from(`${credentials.id}:${credentials.secret}`).toString('base64');
    const reply = await askPayPal(
      {
        url: new URL('/v1/oauth2/token', baseUrl ?? PAYPAL_URL),
        headers: { authorization: `Basic ${basic}` },
        form: new URLSearchParams({ grant_type: 'client_credentials' }),
        timeoutMs: requestTimeoutMs,
        gate,
      },
      signal,
    );
    const result = tokenSchema.safeParse(paypalBody(reply, caller));
    if (!result.success) throw new SourceUnavailable(PAYPAL_SOURCE, 'gave an answer that is not a token');
    const { access_token: text, scope, expires_in: expiresInS } = result.data;
    if (scope !== undefined && !scope.split(/\s+/).includes(SEARCH_SCOPE)) throw scopeMissing(caller);
    const lifeMs = expiresInS * 1_000;
    const marginMs = Math.min(EXPIRY_MARGIN_MS, lifeMs * EXPIRY_MARGIN_SHARE);
    return { text, credentials, caller, untilMs: performance.now() + lifeMs - marginMs };
  }

  async #credentials(fresh: boolean): Promise<Credentials> {
    const { account, clientId, clientSecret } = this.#options;
    const [id, secret] = await Promise.all([clientId({ fresh }), clientSecret({ fresh })]);
    const credentials = { id: id.trim(), secret: secret.trim() };
    if (credentials.id === '' || credentials.secret === '') {
      throw new AuthRejected(PAYPAL_SOURCE, `there is no client id and secret for ${account}: configure both`);
    }
    return credentials;
  }
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.id === b.id && a.secret === b.secret;
}

/** The promise, or the signal's reason as soon as there is one. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
