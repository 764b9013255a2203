// The small pool for bulk load: COPY needs the driver itself. Everything else goes through slonik (sql/database.ts).
import { Pool } from 'pg';
import { readSql } from '../../sql/sql-file.ts';

export function createBulkPool(options: { url: string; poolSizeMax: number }): Pool {
  const pool = new Pool({
    connectionString: options.url,
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
