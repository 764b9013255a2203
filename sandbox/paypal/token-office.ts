// Gives tokens out and knows whose they are. While a token lives, asking again gives the same one with what is left of its life: a
// permission that was granted meanwhile is not in it.
import { createHash } from 'node:crypto';
import { oauthFailure, tokenMissing, tokenNotValid } from './paypal-failure.ts';

/** What Transaction Search needs, by PayPal's own names. */
export const PAYPAL_SCOPES = [
  'https://uri.paypal.com/services/reporting/search/read',
  'https://uri.paypal.com/services/reporting/balances/read',
] as const;
export const TOKEN_LIFE_MS = 32_400_000;

export interface PayPalCredential {
  readonly clientId: string;
  readonly clientSecret: string;
  /** By default both that Transaction Search needs. */
  readonly scopes?: readonly string[];
}

interface Token {
  readonly text: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

export class TokenOffice {
  readonly #credentials: ReadonlyMap<string, PayPalCredential>;
  readonly #lifeMs: number;
  readonly #byClient = new Map<string, Token>();
  readonly #byText = new Map<string, Token>();
  #issued = 0;

  constructor(credentials: readonly PayPalCredential[], lifeMs: number) {
    this.#credentials = new Map(credentials.map((credential) => [credential.clientId, credential]));
    this.#lifeMs = lifeMs;
  }

  /** @throws PayPalFailure */
  answer(authorization: string | undefined, body: string, nowMs: number): object {
    const { clientId, scopes = PAYPAL_SCOPES } = this.#authenticate(authorization);
    const grant = new URLSearchParams(body).get('grant_type');
    if (grant !== 'client_credentials') {
      const description = grant === null ? 'Grant Type is NULL' : 'unsupported grant_type';
      throw oauthFailure(400, 'unsupported_grant_type', description);
    }
    const living = this.#byClient.get(clientId);
    const token = living !== undefined && living.expiresAtMs > nowMs ? living : this.#issue(clientId, scopes, nowMs);
    return {
      scope: token.scopes.join(' '),
      access_token: token.text,
      token_type: 'Bearer',
      app_id: 'APP-80W284485P519543T',
      expires_in: Math.floor((token.expiresAtMs - nowMs) / 1000),
      nonce: `${new Date(nowMs).toISOString().slice(0, -5)}Z${digest(`nonce ${token.text}`).slice(0, 43)}`,
    };
  }

  /** @throws PayPalFailure */
  holderOf(authorization: string | undefined, nowMs: number): Token {
    const [scheme = '', text = ''] = (authorization ?? '').split(' ');
    if (scheme.toLowerCase() !== 'bearer' || text === '') throw tokenMissing();
    const token = this.#byText.get(text);
    if (token === undefined || token.expiresAtMs <= nowMs) throw tokenNotValid();
    return token;
  }

  /** Every token given out so far is worth nothing any more. */
  forget(): void {
    this.#byClient.clear();
    this.#byText.clear();
  }

  #authenticate(authorization: string | undefined): PayPalCredential {
    const [scheme = '', encoded = ''] = (authorization ?? '').split(' ');
    const [clientId = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const credential = this.#credentials.get(clientId);
    if (scheme.toLowerCase() !== 'basic' || credential?.clientSecret !== secret.join(':')) {
      throw oauthFailure(401, 'invalid_client', 'Client Authentication failed');
    }
    return credential;
  }

  #issue(clientId: string, scopes: readonly string[], nowMs: number): Token {
    this.#issued += 1;
    const text = `A21AA${digest(`${clientId} ${this.#issued}`)}${digest(`${this.#issued} ${clientId}`)}`;
    const token: Token = { text, clientId, scopes, expiresAtMs: nowMs + this.#lifeMs };
    this.#byClient.set(clientId, token);
    this.#byText.set(text, token);
    return token;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
