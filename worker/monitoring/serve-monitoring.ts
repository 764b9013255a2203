// Answers /metrics, /healthz and /readyz of one worker, to GET alone. Must never hold the worker up or end it: an answer that
// cannot be given is a 500.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenPlace, placeText } from '../monitoring-config.ts';
import { EXPOSITION_TYPE } from './exposition.ts';

export interface MonitoringAnswers {
  readonly metrics: () => Promise<string>;
  /** The longest time of the last minute in which the process did nothing else. */
  readonly longestPauseMs: () => number;
  readonly notReady: () => Promise<readonly string[]>;
}

export interface MonitoringServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Nobody listens where the configuration says; for the operator. */
export class MonitoringNotListening extends Error {
  override readonly name = 'MonitoringNotListening';
}

// A worker that often stands still for so long loses its heartbeats.
const PAUSE_MS_MAX = 10_000;
const CONNECTIONS_MAX = 50;
const REQUEST_MS_MAX = 10_000;

/** @throws MonitoringNotListening */
export async function serveMonitoring(place: ListenPlace, answers: MonitoringAnswers): Promise<MonitoringServer> {
  const server = createServer((request, response) => {
    answer(request, answers)
      .catch(() => reply(500, 'text/plain', 'this could not be answered; the log says why\n'))
      .then((say) => say(response));
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_MS_MAX;
  server.headersTimeout = REQUEST_MS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const text = `nothing can listen at ${placeText(place)} (${cause.message}): correct monitoring.listen in the configuration`;
      reject(new MonitoringNotListening(text, { cause }));
    });
    server.listen(place.port, place.host, resolve);
  });
  // A worker that cannot start ends, whoever asks for its health.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Reply = (response: ServerResponse) => void;

async function answer({ method, url = '/' }: IncomingMessage, answers: MonitoringAnswers): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD') return reply(405, 'text/plain', 'only GET\n');
  switch (url.split('?')[0]) {
    case '/metrics':
      return reply(200, EXPOSITION_TYPE, await answers.metrics());
    case '/healthz': {
      const longestPauseMs = Math.round(answers.longestPauseMs());
      const isAlive = longestPauseMs <= PAUSE_MS_MAX;
      return json(isAlive ? 200 : 503, { status: isAlive ? 'alive' : 'stands still', longestPauseMs });
    }
    case '/readyz': {
      const problems = await answers.notReady();
      return json(problems.length === 0 ? 200 : 503, {
        status: problems.length === 0 ? 'ready' : 'not ready',
        problems,
      });
    }
    default:
      return reply(404, 'text/plain', '/metrics, /healthz, /readyz\n');
  }
}

function json(status: number, body: object): Reply {
  return reply(status, 'application/json', `${JSON.stringify(body)}\n`);
}

function reply(status: number, type: string, body: string): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(body);
  };
}
