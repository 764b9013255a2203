// What can go wrong on the way to PayPal: what any network does, PayPal's own refusals, and data that changes under its reader.
import type { NetworkFault } from '../http/fault.ts';
import { type PayPalFailure, rateLimited, serverError } from './paypal-failure.ts';

/** A proper answer of PayPal that is a refusal. */
type Refusal =
  | { readonly kind: 'rate_limited'; readonly retryAfterS?: number }
  | { readonly kind: 'server_error'; readonly status?: 500 | 502 | 503 | 504 };

/** The request is answered, but something happened before it. */
type Surprise =
  /** PayPal loaded more data: from this request on it is refreshed up to a later moment, by default an hour later. */
  | { readonly kind: 'refreshed'; readonly byMs?: number }
  /** No token that was given out so far is valid any more, before its time. */
  | { readonly kind: 'tokens_revoked' }
  /** The rows of the page before come again, under the number of the page that was asked for. */
  | { readonly kind: 'page_repeated' };

export type FaultAnswer = Refusal | Surprise | NetworkFault;

export function refusalOf(answer: Refusal): PayPalFailure {
  return answer.kind === 'rate_limited' ? rateLimited(answer.retryAfterS) : serverError(answer.status ?? 500);
}
