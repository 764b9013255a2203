// What goes over the wire for one request: a proper answer, Stripe's refusal, or what a broken network makes of it.
import { brokenReply, jsonReply, type Reply } from '../http/reply.ts';
import { type FaultAnswer, failureOf } from './fault.ts';
import { StripeFailure } from './stripe-failure.ts';

/** @param answer the proper answer; throws a StripeFailure where Stripe would refuse. */
export function decideReply(fault: FaultAnswer | undefined, requestId: string, answer: () => object): Reply {
  if (fault === undefined) return replyTo(requestId, answer);
  if (fault.kind === 'rate_limited' || fault.kind === 'server_error') return refuse(failureOf(fault), requestId);
  return brokenReply(fault, () => replyTo(requestId, answer));
}

function replyTo(requestId: string, answer: () => object): Reply {
  try {
    return jsonReply(200, answer());
  } catch (failure) {
    if (failure instanceof StripeFailure) return refuse(failure, requestId);
    throw failure;
  }
}

function refuse({ status, body, headers }: StripeFailure, requestId: string): Reply {
  const error = { ...body, request_log_url: `https://dashboard.stripe.com/logs/${requestId}` };
  return jsonReply(status, { error }, headers);
}
