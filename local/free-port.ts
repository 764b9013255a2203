// Finds loopback ports nobody listens on. A port can still be taken before it is used, so starting a server retries
// with new ones.
import { createServer, type Server } from 'node:net';
import { PortTaken } from './errors.ts';

const PORT_ATTEMPTS_MAX = 5;

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new RangeError('freePorts(1) gave no port');
  return port;
}

/** Different from each other: all are held open until the last is found. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Runs `start`, again with other ports when one was taken meanwhile, unless that one was asked for. */
export async function retryPortTaken<T>(asked: readonly (number | undefined)[], start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const mayRetry = error instanceof PortTaken && !asked.includes(error.port) && attempt < PORT_ATTEMPTS_MAX;
      if (!mayRetry) throw error;
    }
  }
}

function listenAnywhere(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
