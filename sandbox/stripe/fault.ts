// What can go wrong on the way to Stripe: what any network does, and Stripe's own refusals.
import type { NetworkFault, Fault as ScriptedFault } from '../http/fault.ts';
import { StripeFailure } from './stripe-failure.ts';

export type FaultAnswer =
  /** 429. Stripe names the limit in a header and sends no Retry-After, unless one is given here. */
  | { readonly kind: 'rate_limited'; readonly reason?: RateLimitReason; readonly retryAfterS?: number }
  | { readonly kind: 'server_error'; readonly status?: 500 | 502 | 503 | 504 }
  | NetworkFault;

export type Fault = ScriptedFault<FaultAnswer>;

type RateLimitReason =
  | 'global-rate'
  | 'endpoint-rate'
  | 'global-concurrency'
  | 'endpoint-concurrency'
  | 'resource-specific';

/** The faults that are a proper answer of Stripe. */
export function failureOf(answer: Exclude<FaultAnswer, NetworkFault>): StripeFailure {
  if (answer.kind === 'server_error') {
    const message = 'An error occurred while processing your request. Try again in a little bit.';
    return new StripeFailure(answer.status ?? 500, { type: 'api_error', message });
  }
  const message = 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.';
  return new StripeFailure(
    429,
    { type: 'invalid_request_error', code: 'rate_limit', message },
    {
      'Stripe-Rate-Limited-Reason': answer.reason ?? 'endpoint-rate',
      ...(answer.retryAfterS === undefined ? {} : { 'Retry-After': String(answer.retryAfterS) }),
    },
  );
}
