// What can go wrong on the way to Stripe, as a script: which requests, how often, and what they get instead of an answer.
import { StripeFailure } from './stripe-failure.ts';

export interface EmulatedRequest {
  /** 1 for the first request since the faults were set. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export type FaultAnswer =
  /** 429. Stripe names the limit in a header and sends no Retry-After, unless one is given here. */
  | { readonly kind: 'rate_limited'; readonly reason?: RateLimitReason; readonly retryAfterS?: number }
  | { readonly kind: 'server_error'; readonly status?: 500 | 502 | 503 | 504 }
  /** The connection breaks before a byte of the answer. */
  | { readonly kind: 'dropped' }
  /** The connection stays open and silent until the emulator stops. */
  | { readonly kind: 'hanging' }
  /** 200 with half of the JSON, well framed, as a broken proxy sends it. */
  | { readonly kind: 'truncated_json' }
  /** The connection breaks in the middle of the body. */
  | { readonly kind: 'dropped_midway' }
  /** What a proxy or a maintenance page says. */
  | { readonly kind: 'html'; readonly status?: number };

type RateLimitReason =
  | 'global-rate'
  | 'endpoint-rate'
  | 'global-concurrency'
  | 'endpoint-concurrency'
  | 'resource-specific';

export interface Fault {
  /** Ordinal numbers of the requests, or a question about each of them. */
  readonly on: number | readonly number[] | ((request: EmulatedRequest) => boolean);
  /** How many requests it hits at most; by default each number once, a question's first yes once. */
  readonly times?: number;
  readonly answer: FaultAnswer;
}

/** Holds the script and counts it down; the first fault that applies is the one that happens. */
export class FaultPlan {
  readonly #faults: { readonly fault: Fault; left: number }[];
  #requests = 0;

  constructor(faults: readonly Fault[]) {
    this.#faults = faults.map((fault) => ({
      fault,
      left: fault.times ?? (Array.isArray(fault.on) ? fault.on.length : 1),
    }));
  }

  next(request: Omit<EmulatedRequest, 'number'>): FaultAnswer | undefined {
    this.#requests += 1;
    const numbered = { ...request, number: this.#requests };
    const hit = this.#faults.find(({ fault, left }) => left > 0 && applies(fault.on, numbered));
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault.answer;
  }
}

function applies(on: Fault['on'], request: EmulatedRequest): boolean {
  if (typeof on === 'function') return on(request);
  return typeof on === 'number' ? on === request.number : on.includes(request.number);
}

/** The faults that are a proper answer of Stripe. */
export function failureOf(answer: Extract<FaultAnswer, { kind: 'rate_limited' | 'server_error' }>): StripeFailure {
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
