// Opens payloads for people who look at Temporal's UI or type its command: decodes only, for pages and callers that are known, in one
// namespace, and not before the audit log has it. Protocol: https://docs.temporal.io/codec-server.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isEncrypted, keyIdsOf } from '../../worker/codec/encrypting-codec.ts';
import type { Authorise } from './authorise.ts';
import { payloadsFrom, payloadsText } from './payloads-on-the-wire.ts';
import { Refused } from './refused.ts';

/** What is told to the audit log of each answer. */
export interface Decoded {
  readonly caller: string;
  readonly namespace: string;
  readonly keyIds: readonly string[];
  readonly payloads: number;
}

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  readonly namespace: string;
  readonly origins: readonly string[];
  readonly authorise: Authorise;
  /** Fails where it cannot be told: then nothing is answered. */
  readonly record: (decoded: Decoded) => Promise<void>;
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly host: string;
  readonly port: number;
  readonly onError: (error: unknown) => void;
}

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

// A page of the UI's history, each payload at most 2 MB (Temporal docs, "System limits"); base64 makes it a third longer.
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const CONNECTIONS_MAX = 100;
const REQUEST_TIMEOUT_MS = 15_000;
const CORS_AGE_S = 600;

export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const { host, port, tls } = options;
  const answer = (request: IncomingMessage, response: ServerResponse) => void respond(options, request, response);
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(options: CodecServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    allowOrigin(options.origins, request, response);
    response.setHeader('cache-control', 'no-store');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (request.method === 'GET' && request.url === '/healthz') return void response.writeHead(200).end('ok\n');
    const text = await decode(options, request);
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  } catch (error) {
    const { status, message } = refusalOf(error, options.onError);
    if (status === 401) response.setHeader('www-authenticate', 'Bearer');
    // What is left of a body that is too long is not waited for.
    if (status === 413) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  }
}

/** A page of another origin is refused here, and by its browser. */
function allowOrigin(origins: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin === undefined) return;
  if (!origins.includes(origin)) throw new Refused(403, `pages of ${origin.slice(0, 100)} may not ask`);
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'authorization, content-type, x-namespace');
  response.setHeader('access-control-max-age', String(CORS_AGE_S));
}

async function decode(options: CodecServerOptions, request: IncomingMessage): Promise<string> {
  const { codec, namespace } = options;
  if (request.url !== '/decode') throw new Refused(404, 'there is only /decode: nothing is encoded here');
  if (request.method !== 'POST') throw new Refused(405, 'payloads are decoded by POST');
  const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const caller = await options.authorise(token);
  if (caller === null) throw new Refused(401, 'nobody who may decode is known by this token');
  const asked = request.headers['x-namespace'];
  if (asked !== namespace) throw new Refused(403, `this server decodes for the namespace ${namespace} (X-Namespace)`);
  const payloads = payloadsFrom(await bodyOf(request));
  const decoded = await codec.decode(payloads);
  const opened: Payload[] = payloads.filter(isEncrypted);
  if (opened.length > 0) {
    await options.record({ caller, namespace, keyIds: keyIdsOf(opened), payloads: opened.length });
  }
  return payloadsText(decoded);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) throw new Refused(413, `more than ${BODY_BYTES_MAX} bytes: ask for fewer payloads`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Of a payload that cannot be opened it is told why; of trouble of our own, not. */
function refusalOf(error: unknown, onError: (error: unknown) => void): { status: number; message: string } {
  if (error instanceof Refused) return { status: error.status, message: error.message };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'CodecKeyUnknown') return { status: 409, message };
  if (name === 'PayloadSpoilt') return { status: 422, message };
  onError(error);
  return { status: 503, message: 'payloads cannot be decoded now: the log of the codec server says why' };
}
