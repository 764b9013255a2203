// Starts the one PostgreSQL that a test run shares, and names it to the test files in RECON_TEST_DATABASE. Leaves a server
// that is named there already alone, and starts none for the unit suite (RECON_SUITE=unit).
import { startPostgres } from '../local/postgres.ts';

let stopServer: (() => Promise<void>) | undefined;

export default async function startSharedDatabase(): Promise<void> {
  const { RECON_SUITE: suite, RECON_TEST_DATABASE: given } = process.env;
  if (suite === 'unit' || (given !== undefined && given !== '')) return;
  const server = await startPostgres({ durable: false });
  process.env.RECON_TEST_DATABASE = server.adminUrl;
  stopServer = server.stop;
}

export async function stopSharedDatabase(): Promise<void> {
  if (stopServer === undefined) return;
  // In watch mode the next run starts its own.
  delete process.env.RECON_TEST_DATABASE;
  const stop = stopServer;
  stopServer = undefined;
  await stop();
}
