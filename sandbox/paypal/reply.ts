// What goes over the wire for one request: a proper answer, PayPal's refusal, or what a broken network makes of it.
import { brokenReply, jsonReply, type Reply } from '../http/reply.ts';
import { type FaultAnswer, refusalOf } from './fault.ts';
import { PayPalFailure } from './paypal-failure.ts';

/** @param answer the proper answer, whatever surprise came before it; throws a PayPalFailure where PayPal would refuse. */
export function decideReply(fault: FaultAnswer | undefined, debugId: string, answer: () => object): Reply {
  switch (fault?.kind) {
    case 'rate_limited':
    case 'server_error':
      return refuse(refusalOf(fault), debugId);
    case 'dropped':
    case 'hanging':
    case 'truncated_json':
    case 'dropped_midway':
    case 'html':
      return brokenReply(fault, () => replyTo(debugId, answer));
    default:
      return replyTo(debugId, answer);
  }
}

function replyTo(debugId: string, answer: () => object): Reply {
  try {
    return jsonReply(200, answer());
  } catch (failure) {
    if (failure instanceof PayPalFailure) return refuse(failure, debugId);
    throw failure;
  }
}

function refuse(failure: PayPalFailure, debugId: string): Reply {
  return jsonReply(failure.status, failure.bodyFor(debugId), failure.headers);
}
