// Decides what Stripe answers to a request: who asks, whether the key allows it, which endpoint it is. It never knows sockets.
import type { EmulatedAccount } from './emulated-account.ts';
import { STRIPE_PERMISSIONS, type StripeKey, type StripePermission } from './permissions.ts';
import { invalidKey, missingKey, permissionMissing, unknownUrl } from './stripe-failure.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

export interface KeyHolder {
  readonly account: EmulatedAccount;
  readonly key: StripeKey;
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
  const { account, key } = authenticate(question.authorization, holders);
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
function authenticate(authorization: string | undefined, holders: ReadonlyMap<string, KeyHolder>): KeyHolder {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  const isBasic = scheme.toLowerCase() === 'basic';
  const given = isBasic ? (Buffer.from(credentials, 'base64').toString('utf8').split(':')[0] ?? '') : credentials;
  if (given === '' || (!isBasic && scheme.toLowerCase() !== 'bearer')) throw missingKey();
  const holder = holders.get(given);
  if (holder === undefined) throw invalidKey(given);
  return holder;
}
