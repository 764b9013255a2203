// The one way to PostgreSQL for everything but bulk load: a slonik pool whose numbers stay exact.
// bigint and whole numerics arrive as bigint, fractional numerics and dates as text, timestamps as epoch milliseconds.
import { createPool, type DatabasePool, type Interceptor, type QueryResultRow, SchemaValidationError } from 'slonik';
import { type AskPassword, databaseLink } from './database-link.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  readonly applicationName: string;
  /** Asked with each new connection, where the password may be replaced meanwhile. */
  readonly password?: AskPassword | undefined;
}

export async function createDatabase(options: DatabaseOptions): Promise<DatabasePool> {
  const { url, ssl } = databaseLink(options.url);
  return createPool(named(url, options.applicationName), {
    ...(ssl === undefined ? {} : { ssl }),
    ...(options.password === undefined ? {} : { password: options.password }),
    maximumPoolSize: options.poolSizeMax,
    connectionTimeout: 10_000,
    idleTimeout: 30_000,
    statementTimeout: 'DISABLE_TIMEOUT',
    idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
    // Retries belong to the callers: a deciding transaction must start again from its first statement.
    transactionRetryLimit: 0,
    queryRetryLimit: 0,
    interceptors: [rowParser],
    typeParsers: [
      { name: 'int8', parse: (text) => BigInt(text) },
      { name: 'numeric', parse: (text) => (text.includes('.') ? text : BigInt(text)) },
      { name: 'date', parse: (text) => text },
      { name: 'timestamptz', parse: parseTimestampMs },
      // A time without a zone is UTC here, whatever zone this process lives in.
      { name: 'timestamp', parse: (text) => parseTimestampMs(`${text}+00`) },
    ],
  });
}

/** As pg_stat_activity shows it: who holds the connections. */
function named(url: string, applicationName: string): string {
  const address = new URL(url);
  address.searchParams.set('application_name', applicationName);
  return address.href;
}

function parseTimestampMs(text: string): number {
  const ms = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  if (Number.isNaN(ms)) throw new RangeError(`"${text}" is not a finite timestamp`);
  return ms;
}

// Slonik leaves running the zod schema of `sql.type` to an interceptor (slonik docs: result parser).
const rowParser: Interceptor = {
  name: 'row-parser',
  transformRow: (context, query, row) => {
    if (context.resultParser === undefined) return row;
    const result = context.resultParser['~standard'].validate(row);
    if (result instanceof Promise) throw new TypeError('a row schema must answer synchronously');
    if (result.issues !== undefined) throw new SchemaValidationError(query, row, [...result.issues]);
    return result.value as QueryResultRow;
  },
};
