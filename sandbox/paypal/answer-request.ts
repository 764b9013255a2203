// Decides what PayPal answers to a request: who asks, whether the token allows it, which endpoint it is. It never knows sockets.
import type { EmulatedAccount } from './emulated-account.ts';
import { notAuthorized, notFound } from './paypal-failure.ts';
import { PAYPAL_SCOPES, type TokenOffice } from './token-office.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  /** As the caller wrote it, for links. */
  readonly url: string;
}

export interface House {
  readonly tokens: TokenOffice;
  readonly accountOf: ReadonlyMap<string, EmulatedAccount>;
  readonly nowMs: () => number;
}

/** @throws PayPalFailure for everything that is not answered with 200. */
export function answerRequest(question: Question, house: House, pageGiven?: (asked: number) => number): object {
  const { method, path, query, authorization, body, url } = question;
  const { tokens, accountOf, nowMs } = house;
  if (method === 'POST' && path === '/v1/oauth2/token') return tokens.answer(authorization, body, nowMs());
  const { clientId, scopes } = tokens.holderOf(authorization, nowMs());
  const account = accountOf.get(clientId);
  const [search, balances] = PAYPAL_SCOPES;
  if (account === undefined || method !== 'GET') throw notFound();
  if (path === '/v1/reporting/transactions') {
    if (!scopes.includes(search)) throw notAuthorized();
    return account.transactions(query, url, pageGiven);
  }
  if (path === '/v1/reporting/balances') {
    if (!scopes.includes(balances)) throw notAuthorized();
    return account.balances(query);
  }
  throw notFound();
}
