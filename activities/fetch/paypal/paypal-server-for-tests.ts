// A small PayPal on 127.0.0.1 for tests of its source: token, search and balances over the rows it is given, with every
// answer open to be replaced by a scripted one.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestTransaction {
  readonly updatedS: number;
  readonly info: Readonly<Record<string, unknown>>;
  /** What PayPal would say beside the transaction if it were asked: never to be seen in a row. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

export interface TestRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** From 1, per path. */
  readonly number: number;
}

export type TestReply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }
  | { readonly text: string; readonly status?: number }
  | 'hanging'
  | 'dropped';

export interface TestPayPal {
  readonly baseUrl: string;
  readonly requests: TestRequest[];
  transactions: TestTransaction[];
  refreshedS: number;
  itemsMax: number;
  scope: string;
  clients: Map<string, string>;
  /** Tokens that are valid now; empty it to revoke them all. */
  tokens: Set<string>;
  /** What is answered in place of the usual; undefined leaves the usual. */
  script: (request: TestRequest, usual: () => TestReply) => TestReply | undefined;
  stop(): Promise<void>;
}

export const TOKEN_PATH = '/v1/oauth2/token';
export const SEARCH_PATH = '/v1/reporting/transactions';
export const BALANCES_PATH = '/v1/reporting/balances';
export const SEARCH_SCOPE = 'https://uri.paypal.com/services/reporting/search/read';
export const CLIENT_ID = 'AbCdEfGhIjKlMnOpQrSt-wxyz';
export const CLIENT_SECRET = 'secret-of-the-tests';

export async function startTestPayPal(): Promise<TestPayPal> {
  const server = createServer((request, response) => respond(paypal, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const paypal: TestPayPal = {
    baseUrl: `http://127.0.0.1:${port}`,
    requests: [],
    transactions: [],
    refreshedS: 0,
    itemsMax: 10_000,
    scope: `openid ${SEARCH_SCOPE}`,
    clients: new Map([[CLIENT_ID, CLIENT_SECRET]]),
    tokens: new Set(),
    script: () => undefined,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return paypal;
}

function respond(paypal: TestPayPal, message: IncomingMessage, response: ServerResponse): void {
  const url = new URL(message.url ?? '/', paypal.baseUrl);
  const number = paypal.requests.filter(({ path }) => path === url.pathname).length + 1;
  const request = { path: url.pathname, query: url.searchParams, headers: message.headers, number };
  paypal.requests.push(request);
  const usual = () => usualReply(paypal, request);
  const reply = paypal.script(request, usual) ?? usual();
  if (reply === 'hanging') return;
  if (reply === 'dropped') {
    message.socket.destroy();
    return;
  }
  const headers = 'headers' in reply ? reply.headers : {};
  response.writeHead(reply.status ?? 200, { 'paypal-debug-id': 'd3b06', ...headers });
  response.end('text' in reply ? reply.text : JSON.stringify(reply.body));
}

function usualReply(paypal: TestPayPal, request: TestRequest): TestReply {
  if (request.path === TOKEN_PATH) return tokenReply(paypal, request);
  const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
  if (!paypal.tokens.has(bearer)) {
    return { status: 401, body: { error: 'invalid_token', error_description: 'The token is not valid' } };
  }
  if (request.path === SEARCH_PATH) return searchReply(paypal, request.query);
  return { status: 403, body: { name: 'NOT_AUTHORIZED', message: 'Authorization failed', debug_id: 'd3b06' } };
}

function tokenReply(paypal: TestPayPal, { headers, number }: TestRequest): TestReply {
  const [id = '', secret] = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64')
    .toString()
    .split(':');
  if (paypal.clients.get(id) !== secret) {
    return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } };
  }
  const token = `token-${number}`;
  paypal.tokens.add(token);
  return { body: { scope: paypal.scope, access_token: token, token_type: 'Bearer', expires_in: 32_400 } };
}

function searchReply(paypal: TestPayPal, query: URLSearchParams): TestReply {
  const startS = Date.parse(query.get('start_date') ?? '') / 1_000;
  const endS = Date.parse(query.get('end_date') ?? '') / 1_000;
  if (startS > paypal.refreshedS) return invalidRequest('Data for the given start date is not available.');
  if (endS - startS > 31 * 86_400) return invalidRequest('Date range is greater than 31 days');
  const lastS = Math.min(endS, paypal.refreshedS);
  const found = paypal.transactions.filter(({ updatedS }) => updatedS >= startS && updatedS <= lastS);
  if (found.length > paypal.itemsMax) {
    const counts = { total_items: found.length, maximum_items: paypal.itemsMax };
    return { status: 400, body: { name: 'RESULTSET_TOO_LARGE', message: 'Too many', debug_id: 'd3b06', ...counts } };
  }
  const size = Number(query.get('page_size') ?? 100);
  const page = Number(query.get('page') ?? 1);
  return {
    body: {
      transaction_details: found
        .slice((page - 1) * size, page * size)
        .map(({ info, beside }) => ({ transaction_info: info, ...beside })),
      account_number: 'MERCHANT1',
      start_date: stamp(startS),
      end_date: stamp(lastS),
      last_refreshed_datetime: stamp(paypal.refreshedS),
      page,
      total_items: found.length,
      total_pages: Math.ceil(found.length / size),
      links: [],
    },
  };
}

function invalidRequest(message: string): TestReply {
  return { status: 400, body: { name: 'INVALID_REQUEST', message, debug_id: 'd3b06', details: [], links: [] } };
}

/** As PayPal writes it: no colon in the offset. */
export function stamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', '+0000');
}
