// A small Square for tests on 127.0.0.1: the published shapes, filters, orders and traps over records that a test can
// change at any moment, and faults by request number. Never imported by the product.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as it stands on the wire. */
export type Wire = Readonly<Record<string, unknown>> & { readonly id: string; readonly created_at?: string };

export interface SquareWorld {
  locations: Wire[];
  payments: Wire[];
  refunds: Wire[];
  disputes: Wire[];
  payouts: Wire[];
  /** By payout. */
  entries: Record<string, Wire[]>;
}

/** What is answered instead; `undefined`: answer as usual. */
export type Fault =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }
  | 'hang'
  | 'drop';

export interface SquareServer {
  readonly url: string;
  readonly world: SquareWorld;
  readonly requests: URL[];
  readonly tokens: string[];
  /** Asked before each answer with the number of the request, from 1; may change the world. */
  script: ((request: URL, number: number) => Fault | undefined) | null;
  /** At most so many rows on a page. */
  pageRows: number;
  /** The filters that combine: `none` is a server that forgets `updated_at_begin_time` beside `begin_time`. */
  updatedFilter: 'and' | 'none';
  lastCursor: 'absent' | 'empty';
  permissions: ReadonlySet<string>;
  validTokens: ReadonlySet<string>;
  /** Cursors that were given out so far are no longer known. */
  expireCursors(): void;
  stop(): Promise<void>;
}

const ALL = ['MERCHANT_PROFILE_READ', 'PAYMENTS_READ', 'PAYOUTS_READ', 'DISPUTES_READ'];

export function emptyWorld(): SquareWorld {
  return { locations: [], payments: [], refunds: [], disputes: [], payouts: [], entries: {} };
}

export async function startSquareServer(world: SquareWorld = emptyWorld()): Promise<SquareServer> {
  const cursors = new Map<string, { readonly query: string; readonly after: number }>();
  let issued = 0;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const square: SquareServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    requests: [],
    tokens: [],
    script: null,
    pageRows: 100,
    updatedFilter: 'and',
    lastCursor: 'absent',
    permissions: new Set(ALL),
    validTokens: new Set(['EAAA_test_token_of_the_reader_1234']),
    expireCursors: () => cursors.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', square.url);
    square.requests.push(url);
    square.tokens.push(request.headers.authorization?.replace('Bearer ', '') ?? '');
    const fault = square.script?.(url, square.requests.length);
    if (fault === 'hang') return;
    if (fault === 'drop') {
      response.destroy();
      return;
    }
    const { status = 200, headers = {}, body } = fault ?? usual(url, square.tokens.at(-1) ?? '');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }

  function usual(url: URL, token: string): Exclude<Fault, string> {
    if (!square.validTokens.has(token)) return failure(401, 'AUTHENTICATION_ERROR', 'UNAUTHORIZED');
    const paymentId = /^\/v2\/payments\/([^/]+)$/.exec(url.pathname)?.[1];
    if (paymentId !== undefined) return onePayment(decodeURIComponent(paymentId));
    const list = listOf(url, world);
    if (list === null) return failure(404, 'INVALID_REQUEST_ERROR', 'NOT_FOUND');
    if (!square.permissions.has(list.permission)) return failure(403, 'AUTHENTICATION_ERROR', 'INSUFFICIENT_SCOPES');
    if (list.name === 'locations') return ok({ locations: list.rows });
    const cursor = url.searchParams.get('cursor');
    url.searchParams.delete('cursor');
    const query = url.href;
    const from = cursor === null ? { query, after: 0 } : cursors.get(cursor);
    if (from?.query !== query) return failure(400, 'INVALID_REQUEST_ERROR', 'INVALID_CURSOR');
    const rows = matching(list.rows, url, square.updatedFilter);
    const limit = Math.min(square.pageRows, Number(url.searchParams.get('limit') ?? 100));
    const page = rows.slice(from.after, from.after + limit);
    if (from.after + limit >= rows.length) {
      return ok({
        ...(page.length > 0 ? { [list.name]: page } : {}),
        ...(square.lastCursor === 'empty' ? { cursor: '' } : {}),
      });
    }
    issued += 1;
    cursors.set(`cursor_${issued}`, { query, after: from.after + limit });
    return ok({ [list.name]: page, cursor: `cursor_${issued}` });
  }

  function onePayment(id: string): Exclude<Fault, string> {
    if (!square.permissions.has('PAYMENTS_READ')) return failure(403, 'AUTHENTICATION_ERROR', 'INSUFFICIENT_SCOPES');
    const payment = world.payments.find((row) => row.id === id);
    return payment === undefined ? failure(404, 'INVALID_REQUEST_ERROR', 'NOT_FOUND') : ok({ payment });
  }
  return square;
}

export function failure(status: number, category: string, code: string, headers = {}): Exclude<Fault, string> {
  return { status, headers, body: JSON.stringify({ errors: [{ category, code, detail: `It is ${code}.` }] }) };
}

function ok(body: object): Exclude<Fault, string> {
  const text = JSON.stringify(body, (_key, value) => (typeof value === 'bigint' ? `#${value}#` : value));
  return { body: text.replace(/"#(-?\d+)#"/g, '$1') };
}

function listOf(url: URL, world: SquareWorld): { name: string; permission: string; rows: readonly Wire[] } | null {
  const location = url.searchParams.get('location_id');
  // The main location is the first one; only refunds and disputes are of all locations when none is named.
  const main = location ?? world.locations[0]?.id;
  const at = (rows: readonly Wire[], id: string | null | undefined) =>
    id === null ? rows : rows.filter((row) => row.location_id === id);
  const payoutId = /^\/v2\/payouts\/([^/]+)\/payout-entries$/.exec(url.pathname)?.[1];
  if (payoutId !== undefined) {
    return { name: 'payout_entries', permission: 'PAYOUTS_READ', rows: world.entries[payoutId] ?? [] };
  }
  switch (url.pathname) {
    case '/v2/locations':
      return { name: 'locations', permission: 'MERCHANT_PROFILE_READ', rows: world.locations };
    case '/v2/payments':
      return { name: 'payments', permission: 'PAYMENTS_READ', rows: at(world.payments, main) };
    case '/v2/refunds':
      return { name: 'refunds', permission: 'PAYMENTS_READ', rows: at(world.refunds, location) };
    case '/v2/disputes':
      return { name: 'disputes', permission: 'DISPUTES_READ', rows: at(world.disputes, location) };
    case '/v2/payouts':
      return { name: 'payouts', permission: 'PAYOUTS_READ', rows: at(world.payouts, main) };
    default:
      return null;
  }
}

function matching(rows: readonly Wire[], { searchParams: query }: URL, updatedFilter: 'and' | 'none'): Wire[] {
  const ms = (text: unknown, otherwise: number) => (typeof text === 'string' ? Date.parse(text) : otherwise);
  const begin = ms(query.get('begin_time'), 0);
  const end = ms(query.get('end_time'), Number.POSITIVE_INFINITY);
  const updated = updatedFilter === 'and' ? ms(query.get('updated_at_begin_time'), 0) : 0;
  const direction = query.get('sort_order') === 'ASC' ? 1 : -1;
  return rows
    .filter((row) => ms(row.created_at, 0) >= begin && ms(row.created_at, 0) <= end)
    .filter((row) => ms(row.updated_at, Number.POSITIVE_INFINITY) >= updated)
    .toSorted((a, b) => direction * (ms(a.created_at, 0) - ms(b.created_at, 0)));
}
