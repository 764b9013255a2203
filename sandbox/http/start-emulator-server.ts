// The HTTP side of an emulator: a loopback port, a script of faults, latency, and a bounded log of who asked what.
// It knows no processor: what is answered is its caller's to decide.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, FaultPlan } from './fault.ts';
import { deliver, type Reply } from './reply.ts';

const LOOPBACK = '127.0.0.1';
const REQUESTS_KEPT_MAX = 100_000;
const BODY_BYTES_MAX = 65_536;

export interface ReceivedRequest {
  /** 1 for the first request since the start. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request is answered with. `note` joins the log. */
interface Answered<Note> {
  readonly reply: Reply;
  readonly headers: Readonly<Record<string, string>>;
  readonly note: Note;
}

type LoggedRequest<Answer extends { kind: string }, Note> = Note & {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** 0 where nothing was answered. */
  readonly status: number;
  readonly fault: Answer['kind'] | null;
};

/** What every emulator can be told. */
export interface EmulatorOptions<Answer> {
  readonly faults?: readonly Fault<Answer>[];
  readonly latencyMs?: number;
  /** Default: loopback. In a container it is the container's address, or nobody reaches it. */
  readonly host?: string;
  /** 0, the default, takes any free one. */
  readonly port?: number;
}

export interface EmulatorServer<Answer extends { kind: string }, Note> {
  readonly host: string;
  readonly port: number;
  /** Oldest first, the last 100,000. */
  requests(): readonly LoggedRequest<Answer, Note>[];
  /** Replaces the script and counts requests from 1 again. */
  setFaults(faults: readonly Fault<Answer>[]): void;
  /** Ends open connections too, and frees the port. */
  stop(): Promise<void>;
}

/** @param processor whose emulator it is, for people. */
export async function startEmulatorServer<Answer extends { kind: string }, Note>(
  processor: string,
  options: EmulatorOptions<Answer>,
  answer: (request: ReceivedRequest, fault: Answer | undefined) => Answered<Note>,
): Promise<EmulatorServer<Answer, Note>> {
  const log: LoggedRequest<Answer, Note>[] = [];
  let plan = new FaultPlan(options.faults ?? []);
  const host = options.host ?? LOOPBACK;
  let received = 0;
  const server = createServer((request, response) => {
    onceRead(request, (body) => {
      received += 1;
      const { pathname: path, searchParams: query } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
      const { method = 'GET', headers } = request;
      const fault = plan.next({ method, path, query });
      const answered = answer({ number: received, method, path, query, headers, body }, fault);
      const { status } = answered.reply;
      log.push({ ...answered.note, method, path, query, status, fault: fault?.kind ?? null });
      if (log.length > REQUESTS_KEPT_MAX) log.shift();
      afterMs(options.latencyMs ?? 0, response, () => deliver(response, answered.reply, answered.headers));
    });
  });
  await listen(server, processor, host, options.port ?? 0);
  return {
    host,
    port: (server.address() as AddressInfo).port,
    requests: () => log,
    setFaults: (faults) => {
      plan = new FaultPlan(faults);
    },
    stop: () => stop(server),
  };
}

function onceRead(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) request.destroy();
    else chunks.push(chunk);
  });
  request.once('end', () => then(Buffer.concat(chunks).toString('utf8')));
}

function afterMs(waitMs: number, response: ServerResponse, then: () => void): void {
  if (waitMs <= 0) {
    then();
    return;
  }
  const timer = setTimeout(then, waitMs);
  response.once('close', () => clearTimeout(timer));
}

function listen(server: Server, processor: string, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`the ${processor} emulator cannot listen on ${host}:${port}: choose another port`, { cause })),
    );
    server.listen(port, host, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
