// Decides what Square answers to a request: who asks, whether the token allows it, which endpoint it is. It never knows sockets.
import type { EmulatedSquareAccount } from './emulated-account.ts';
import { insufficientScopes, invalidRequest, notFound, unauthorized } from './square-failure.ts';

export const SQUARE_SCOPES = ['PAYMENTS_READ', 'PAYOUTS_READ', 'DISPUTES_READ', 'MERCHANT_PROFILE_READ'] as const;
export type SquareScope = (typeof SQUARE_SCOPES)[number];

export interface SquareToken {
  readonly token: string;
  /** By default all of them. */
  readonly scopes?: readonly SquareScope[];
  /** Epoch milliseconds; by default never. */
  readonly expiresMs?: number;
}

export interface SquareQuestion {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly version: string | undefined;
}

export interface TokenHolder {
  readonly account: EmulatedSquareAccount;
  readonly token: SquareToken;
}

type Handler = (account: EmulatedSquareAccount, query: URLSearchParams, nowMs: number, id: string) => object;

const ENDPOINTS: readonly { readonly path: RegExp; readonly needs: SquareScope; readonly answer: Handler }[] = [
  { path: /^\/v2\/locations$/, needs: 'MERCHANT_PROFILE_READ', answer: (account) => account.locations() },
  {
    path: /^\/v2\/payments$/,
    needs: 'PAYMENTS_READ',
    answer: (account, query, nowMs) => account.payments(query, nowMs),
  },
  {
    path: /^\/v2\/payments\/([^/]+)$/,
    needs: 'PAYMENTS_READ',
    answer: (account, _query, nowMs, id) => account.payment(id, nowMs),
  },
  { path: /^\/v2\/refunds$/, needs: 'PAYMENTS_READ', answer: (account, query, nowMs) => account.refunds(query, nowMs) },
  {
    path: /^\/v2\/disputes$/,
    needs: 'DISPUTES_READ',
    answer: (account, query, nowMs) => account.disputes(query, nowMs),
  },
  { path: /^\/v2\/payouts$/, needs: 'PAYOUTS_READ', answer: (account, query, nowMs) => account.payouts(query, nowMs) },
  {
    path: /^\/v2\/payouts\/([^/]+)\/payout-entries$/,
    needs: 'PAYOUTS_READ',
    answer: (account, query, nowMs, id) => account.payoutEntries(id, query, nowMs),
  },
];
const VERSION = /^\d{4}-\d\d-\d\d$/;

/** @throws SquareFailure for everything that is not answered with 200. */
export function answerSquare(
  question: SquareQuestion,
  holders: ReadonlyMap<string, TokenHolder>,
  nowMs: number,
): object {
  const { account, token } = authenticate(question.authorization, holders, nowMs);
  if (question.version !== undefined && !VERSION.test(question.version)) {
    throw invalidRequest('INVALID_SQUARE_VERSION_FORMAT', 'Square-Version', 'Square-Version must be YYYY-MM-DD.');
  }
  for (const endpoint of ENDPOINTS) {
    const match = question.method === 'GET' ? endpoint.path.exec(question.path) : null;
    if (match === null) continue;
    if (!(token.scopes ?? SQUARE_SCOPES).includes(endpoint.needs)) throw insufficientScopes(endpoint.needs);
    return endpoint.answer(account, question.query, nowMs, match[1] ?? '');
  }
  throw notFound('API endpoint for URL path and HTTP method is not found.');
}

function authenticate(
  authorization: string | undefined,
  holders: ReadonlyMap<string, TokenHolder>,
  nowMs: number,
): TokenHolder {
  const holder = holders.get(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
  if (holder === undefined) throw unauthorized('UNAUTHORIZED');
  if (nowMs >= (holder.token.expiresMs ?? Number.POSITIVE_INFINITY)) throw unauthorized('ACCESS_TOKEN_EXPIRED');
  return holder;
}
