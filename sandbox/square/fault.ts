// What can go wrong with Square, beside the network: its own refusals, a page given twice, a cursor that died early.
import type { NetworkFault } from '../http/fault.ts';
import { brokenReply, jsonReply, type Reply } from '../http/reply.ts';
import { invalidRequest, SquareFailure } from './square-failure.ts';

export type SquareFault =
  | NetworkFault
  /** 429. Square documents no Retry-After, so there is none unless one is given here. */
  | { readonly kind: 'rate_limited'; readonly retryAfterS?: number }
  | { readonly kind: 'server_error'; readonly status?: 500 | 502 | 503 | 504 }
  | { readonly kind: 'invalid_cursor' };

/** @param answer the proper answer; throws a SquareFailure where Square would refuse. */
export function decideReply(fault: SquareFault | undefined, answer: () => object): Reply {
  const proper = () => {
    try {
      return jsonReply(200, answer());
    } catch (failure) {
      if (failure instanceof SquareFailure) return refuse(failure);
      throw failure;
    }
  };
  if (fault === undefined) return proper();
  switch (fault.kind) {
    case 'rate_limited':
      return refuse(
        new SquareFailure(
          429,
          { category: 'RATE_LIMIT_ERROR', code: 'RATE_LIMITED', detail: 'Too many requests. Try again later.' },
          fault.retryAfterS === undefined ? {} : { 'Retry-After': String(fault.retryAfterS) },
        ),
      );
    case 'server_error': {
      const error = { category: 'API_ERROR', code: 'INTERNAL_SERVER_ERROR', detail: 'An internal error has occurred.' };
      return refuse(new SquareFailure(fault.status ?? 500, error));
    }
    case 'invalid_cursor':
      return refuse(invalidRequest('INVALID_CURSOR', 'cursor', 'The provided cursor is invalid or has expired.'));
    default:
      return brokenReply(fault, proper);
  }
}

function refuse({ status, body, headers }: SquareFailure): Reply {
  return jsonReply(status, body, headers);
}
