// What stands before Temporal in production: ends TLS, asks for a certificate and, where one is wanted, for a key. Everything else is
// the real server's answer.
import {
  connect,
  createSecureServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates-for-tests.ts';

export interface GatewayOptions {
  /** Of the Temporal server behind it. */
  readonly address: string;
  readonly certificate: Certificate;
  /** Whose clients may come; undefined: everybody may. */
  readonly clientAuthority?: string;
  /** The key of now; undefined: none is wanted. */
  readonly apiKey?: () => string;
}

export interface Gateway {
  readonly port: number;
  stop(): Promise<void>;
}

const UNAUTHENTICATED = '16';

export async function startGateway({
  address,
  certificate,
  clientAuthority,
  apiKey,
}: GatewayOptions): Promise<Gateway> {
  const upstream = connect(`http://${address}`);
  const asks =
    clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true, rejectUnauthorized: true };
  const server = createSecureServer({ ...certificate, ...asks });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey()}`) {
      const refused = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': UNAUTHENTICATED };
      stream.respond(refused, { endStream: true });
      return;
    }
    pass(stream, upstream.request(outgoing(headers)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function outgoing(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== ':scheme' && name !== 'host'));
}

/** gRPC says how a call ended in the trailers. */
function pass(stream: ServerHttp2Stream, request: ReturnType<ReturnType<typeof connect>['request']>): void {
  let trailers: OutgoingHttpHeaders = {};
  request.on('error', () => stream.destroy());
  request.on('trailers', (received) => {
    trailers = outgoing(received);
  });
  request.on('response', ({ ':status': status, ...headers }, flags) => {
    const isOver = (flags & 1) === 1;
    stream.respond({ ':status': status, ...outgoing(headers) }, { waitForTrailers: !isOver, endStream: isOver });
    if (!isOver) request.pipe(stream);
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('close', () => request.close());
  stream.pipe(request);
}
