// Decides what Stripe answers to a request: who asks, whether the key allows it, which endpoint it is. It never knows sockets.
import type { EmulatedAccount } from './emulated-account.ts';
import { STRIPE_PERMISSIONS, type StripeKey, type StripePermission } from './permissions.ts';
import {
  accountNotConnected,
  expiredKey,
  invalidKey,
  missingKey,
  permissionMissing,
  unknownUrl,
} from './stripe-failure.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** The header in which a platform names the connected account that it asks about. */
  readonly stripeAccount: string | undefined;
}

export interface KeyHolder {
  readonly account: EmulatedAccount;
  readonly key: StripeKey;
  readonly connected: readonly EmulatedAccount[];
}

type Handler = (account: EmulatedAccount, query: URLSearchParams, nowS: number, id: string) => object;

const ENDPOINTS: readonly { readonly path: RegExp; readonly needs: StripePermission; readonly answer: Handler }[] = [
  {
    path: /^\/v1\/balance_transactions$/,
    needs: 'rak_balance_transaction_source_read',
    answer: (account, query, nowS) => account.listBalanceTransactions(query, nowS),
  },
  {
    path: /^\/v1\/balance_transactions\/(\w+)$/,
    needs: 'rak_balance_transaction_source_read',
    answer: (account, query, nowS, id) => account.balanceTransaction(id, query, nowS),
  },
  {
    path: /^\/v1\/payouts$/,
    needs: 'rak_payout_read',
    answer: (account, query, nowS) => account.listPayouts(query, nowS),
  },
  {
    path: /^\/v1\/payouts\/(\w+)$/,
    needs: 'rak_payout_read',
    answer: (account, query, nowS, id) => account.payout(id, query, nowS),
  },
  { path: /^\/v1\/balance$/, needs: 'rak_balance_read', answer: (account, _query, nowS) => account.balance(nowS) },
  { path: /^\/v1\/account$/, needs: 'rak_accounts_kyc_basic_read', answer: (account) => account.account() },
];

/** @throws StripeFailure for everything that is not answered with 200. */
export function answerRequest(question: Question, holders: ReadonlyMap<string, KeyHolder>, nowS: number): object {
  const { method, path, query } = question;
  const holder = authenticate(question.authorization, holders, nowS);
  const account = accountOf(holder, question.stripeAccount);
  const { key } = holder;
  for (const endpoint of ENDPOINTS) {
    const match = method === 'GET' ? endpoint.path.exec(path) : null;
    if (match === null) continue;
    if (!(key.permissions ?? STRIPE_PERMISSIONS).includes(endpoint.needs)) {
      throw permissionMissing(key.key, account.id, endpoint.needs);
    }
    return endpoint.answer(account, query, nowS, match[1] ?? '');
  }
  throw unknownUrl(method, path);
}

/** Bearer, or Basic with the key as user name. */
function authenticate(
  authorization: string | undefined,
  holders: ReadonlyMap<string, KeyHolder>,
  nowS: number,
): KeyHolder {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  const isBasic = scheme.toLowerCase() === 'basic';
  const given = isBasic ? (Buffer.from(credentials, 'base64').toString('utf8').split(':')[0] ?? '') : credentials;
  if (given === '' || (!isBasic && scheme.toLowerCase() !== 'bearer')) throw missingKey();
  const holder = holders.get(given);
  if (holder === undefined) throw invalidKey(given);
  if (nowS >= (holder.key.expiresAtS ?? Number.POSITIVE_INFINITY)) throw expiredKey(given);
  return holder;
}

/** The key's own account, unless the header names one that is connected to it. */
function accountOf({ account, connected, key }: KeyHolder, named: string | undefined): EmulatedAccount {
  const found = named === undefined ? account : [account, ...connected].find(({ id }) => id === named);
  if (found === undefined) throw accountNotConnected(key.key, named ?? '');
  return found;
}
