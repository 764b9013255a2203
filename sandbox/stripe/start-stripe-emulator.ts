// Stripe's API on a loopback port, for the official SDK: seeded worlds, real paging and errors, scripted faults. Never part of the
// product; it holds no state but its worlds and a bounded log of who asked what.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from '../world/world.ts';
import { answerRequest, type KeyHolder } from './answer-request.ts';
import { EmulatedAccount } from './emulated-account.ts';
import { type Fault, type FaultAnswer, FaultPlan } from './fault.ts';
import type { StripeKey } from './permissions.ts';
import { decideReply, deliver } from './reply.ts';

const HOST = '127.0.0.1';
/** What an account answers with when a request pins no version. */
const API_VERSION = '2026-10-28.endive';
const REQUESTS_KEPT_MAX = 100_000;

export interface StripeEmulatorOptions {
  readonly accounts: readonly { readonly world: World; readonly keys: readonly StripeKey[] }[];
  /** Epoch milliseconds; decides what is listable yet, available yet, paid yet. */
  readonly clock?: () => number;
  readonly faults?: readonly Fault[];
  readonly latencyMs?: number;
  /** 0, the default, takes any free one. */
  readonly port?: number;
}

interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** 0 where nothing was answered. */
  readonly status: number;
  readonly fault: FaultAnswer['kind'] | null;
  /** The version the request pinned. */
  readonly apiVersion: string | undefined;
}

export interface StripeEmulator {
  readonly host: string;
  readonly port: number;
  /** Oldest first, the last 100,000. */
  requests(): readonly LoggedRequest[];
  /** Replaces the script and counts requests from 1 again. */
  setFaults(faults: readonly Fault[]): void;
  /** Ends open connections too, and frees the port. */
  stop(): Promise<void>;
}

export async function startStripeEmulator(options: StripeEmulatorOptions): Promise<StripeEmulator> {
  const holders = keyHolders(options);
  const clock = options.clock ?? Date.now;
  const log: LoggedRequest[] = [];
  let plan = new FaultPlan(options.faults ?? []);
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    const requestId = `req_${asked.toString(36).padStart(14, '0')}`;
    const { method, path, query } = readRequest(request);
    const fault = plan.next({ method, path, query });
    const reply = decideReply(fault, requestId, () => {
      const { authorization } = request.headers;
      return answerRequest({ method, path, query, authorization }, holders, Math.floor(clock() / 1000));
    });
    const apiVersion = request.headers['stripe-version']?.toString();
    log.push({ method, path, query, requestId, status: reply.status, fault: fault?.kind ?? null, apiVersion });
    if (log.length > REQUESTS_KEPT_MAX) log.shift();
    const headers = { 'Request-Id': requestId, 'Stripe-Version': apiVersion ?? API_VERSION };
    afterMs(options.latencyMs ?? 0, response, () => deliver(response, reply, headers));
  });
  await listen(server, options.port ?? 0);
  return {
    host: HOST,
    port: (server.address() as AddressInfo).port,
    requests: () => log,
    setFaults: (faults) => {
      plan = new FaultPlan(faults);
    },
    stop: () => stop(server),
  };
}

function keyHolders({ accounts }: StripeEmulatorOptions): Map<string, KeyHolder> {
  const holders = new Map<string, KeyHolder>();
  for (const { world, keys } of accounts) {
    const account = new EmulatedAccount(world);
    for (const key of keys) holders.set(key.key, { account, key });
  }
  return holders;
}

function readRequest(request: IncomingMessage): { method: string; path: string; query: URLSearchParams } {
  request.resume();
  const { pathname, searchParams } = new URL(request.url ?? '/', `http://${HOST}`);
  return { method: request.method ?? 'GET', path: pathname, query: searchParams };
}

function afterMs(waitMs: number, response: ServerResponse, then: () => void): void {
  if (waitMs <= 0) {
    then();
    return;
  }
  const timer = setTimeout(then, waitMs);
  response.once('close', () => clearTimeout(timer));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`the Stripe emulator cannot listen on ${HOST}:${port}: choose another port`, { cause })),
    );
    server.listen(port, HOST, resolve);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
