// The small pool for bulk load: COPY needs the driver itself. Everything else goes through slonik (sql/database.ts).
import { Pool } from 'pg';
import { type AskPassword, connectionOf } from '../../sql/database-link.ts';
import { readSql } from '../../sql/sql-file.ts';

export interface BulkPoolOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  /** Asked with each new connection, where the password may be replaced meanwhile. */
  readonly password?: AskPassword | undefined;
}

export function createBulkPool(options: BulkPoolOptions): Pool {
  const pool = new Pool({
    ...connectionOf(options.url, options.password),
    max: options.poolSizeMax,
    application_name: 'recon bulk',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    onConnect: async (client) => {
      await client.query(readSql('staging/tables.sql'));
    },
  });
  // An idle connection that the server closed (a restart) is replaced at the next use; it must not end the process.
  pool.on('error', () => undefined);
  return pool;
}
