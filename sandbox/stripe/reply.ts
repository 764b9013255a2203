// What goes over the wire for one request: a proper answer, Stripe's refusal, or what a broken network makes of it.
import type { ServerResponse } from 'node:http';
import { type FaultAnswer, failureOf } from './fault.ts';
import { StripeFailure } from './stripe-failure.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** whole · half of the body, then the connection breaks · nothing at all, then it breaks · never anything. */
  readonly delivery: 'whole' | 'half' | 'broken' | 'never';
}

const MAINTENANCE_PAGE =
  '<!doctype html><html><head><title>503 Service Temporarily Unavailable</title></head><body>Back soon.</body></html>\n';

/** @param answer the proper answer; throws a StripeFailure where Stripe would refuse. */
export function decideReply(fault: FaultAnswer | undefined, requestId: string, answer: () => object): Reply {
  if (fault === undefined) return replyTo(requestId, answer);
  switch (fault.kind) {
    case 'rate_limited':
    case 'server_error':
      return refuse(failureOf(fault), requestId);
    case 'dropped':
      return { status: 0, headers: {}, body: '', delivery: 'broken' };
    case 'hanging':
      return { status: 0, headers: {}, body: '', delivery: 'never' };
    case 'html':
      return {
        ...whole(fault.status ?? 503, MAINTENANCE_PAGE),
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
      };
    case 'truncated_json': {
      const reply = replyTo(requestId, answer);
      return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
    }
    case 'dropped_midway':
      return { ...replyTo(requestId, answer), delivery: 'half' };
  }
}

function replyTo(requestId: string, answer: () => object): Reply {
  try {
    return whole(200, `${JSON.stringify(answer())}\n`);
  } catch (failure) {
    if (failure instanceof StripeFailure) return refuse(failure, requestId);
    throw failure;
  }
}

function refuse({ status, body, headers }: StripeFailure, requestId: string): Reply {
  const error = { ...body, request_log_url: `https://dashboard.stripe.com/logs/${requestId}` };
  return { ...whole(status, `${JSON.stringify({ error })}\n`), headers };
}

function whole(status: number, body: string): Reply {
  return { status, headers: {}, body, delivery: 'whole' };
}

export function deliver(response: ServerResponse, reply: Reply, headers: Readonly<Record<string, string>>): void {
  if (reply.delivery === 'never') return;
  if (reply.delivery === 'broken') {
    response.destroy();
    return;
  }
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'Content-Type': 'application/json',
    ...headers,
    ...reply.headers,
    'Content-Length': body.length,
  });
  if (reply.delivery === 'whole') response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => response.destroy());
}
