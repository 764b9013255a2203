// What goes over the wire for one request: an answer in JSON, or what a broken network makes of it.
import type { ServerResponse } from 'node:http';
import type { NetworkFault } from './fault.ts';

type Headers = Readonly<Record<string, string>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** whole · half of the body, then the connection breaks · nothing at all, then it breaks · never anything. */
  readonly delivery: 'whole' | 'half' | 'broken' | 'never';
}

const MAINTENANCE_PAGE =
  '<!doctype html><html><head><title>503 Service Temporarily Unavailable</title></head><body>Back soon.</body></html>\n';

export function jsonReply(status: number, body: object, headers: Headers = {}): Reply {
  return { status, headers, body: `${JSON.stringify(body)}\n`, delivery: 'whole' };
}

/** @param answer what would have been said; only asked where something of it gets through. */
export function brokenReply(fault: NetworkFault, answer: () => Reply): Reply {
  switch (fault.kind) {
    case 'dropped':
      return { status: 0, headers: {}, body: '', delivery: 'broken' };
    case 'hanging':
      return { status: 0, headers: {}, body: '', delivery: 'never' };
    case 'html': {
      const headers = { 'Content-Type': 'text/html; charset=utf-8' };
      return { status: fault.status ?? 503, headers, body: MAINTENANCE_PAGE, delivery: 'whole' };
    }
    case 'truncated_json': {
      const reply = answer();
      return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
    }
    case 'dropped_midway':
      return { ...answer(), delivery: 'half' };
  }
}

export function deliver(response: ServerResponse, reply: Reply, headers: Headers): void {
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
