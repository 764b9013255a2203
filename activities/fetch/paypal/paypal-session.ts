// Reads from PayPal with the token that all sessions of a source share: one attempt per request, because waiting and
// trying again is the workflow's. Only a refused token is replaced, once as such and once with fresh credentials.
import { paypalBody } from './paypal-error.ts';
import { askPayPal, type PayPalReply } from './paypal-request.ts';
import { PAYPAL_URL, type PayPalToken, type PayPalTokenOptions, type PayPalTokens } from './paypal-tokens.ts';

export class PayPalSession {
  readonly #options: PayPalTokenOptions;
  readonly #tokens: PayPalTokens;
  readonly #signal: AbortSignal;

  constructor(options: PayPalTokenOptions, tokens: PayPalTokens, signal: AbortSignal) {
    this.#options = options;
    this.#tokens = tokens;
    this.#signal = signal;
  }

  /** The object that PayPal answers with. @throws SourceError. */
  async get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    let token = await this.#tokens.current(this.#signal);
    let reply = await this.#ask(path, query, token);
    for (const freshCredentials of [false, true]) {
      if (reply.status !== 401) break;
      const renewed = await this.#tokens.renewed(token, freshCredentials, this.#signal);
      if (renewed === null) break;
      token = renewed;
      reply = await this.#ask(path, query, token);
    }
    return paypalBody(reply, token.caller);
  }

  #ask(path: string, query: Readonly<Record<string, string>>, { text }: PayPalToken): Promise<PayPalReply> {
    const { baseUrl, requestTimeoutMs, gate } = this.#options;
    const url = new URL(path, baseUrl ?? PAYPAL_URL);
    url.search = new URLSearchParams(query).toString();
    return askPayPal(
      { url, headers: { authorization: `Bearer ${text}` }, timeoutMs: requestTimeoutMs, gate },
      this.#signal,
    );
  }
}
