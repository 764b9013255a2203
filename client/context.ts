// Opens what a command needs when it first needs it, and closes all of it again. The client reads the database and asks
// Temporal; it never writes a business row.
import type { DatabasePool } from 'slonik';
import type { ReconConfig } from '../worker/config.ts';
import type { TemporalPlace } from '../worker/temporal-place.ts';
import type { GlobalOptions } from './action.ts';
import type { ClientIo } from './client-io.ts';
import type { TemporalAccess } from './temporal/open-temporal.ts';

export interface Context {
  readonly configPath: string;
  config(): Promise<ReconConfig>;
  database(): Promise<DatabasePool>;
  /** Where Temporal is, without asking it. */
  place(): Promise<TemporalPlace>;
  temporal(): Promise<TemporalAccess>;
  /** More than once is fine. */
  close(): Promise<void>;
}

const CLIENT_POOL = { poolSizeMax: 4, applicationName: 'recon client' } as const;
const CONFIG_DEFAULT = 'recon.yaml';

export function createContext(io: ClientIo, options: GlobalOptions): Context {
  const configPath = options.config ?? io.environment.RECON_CONFIG ?? CONFIG_DEFAULT;
  const closers: Array<() => Promise<unknown>> = [];
  const config = once(async () => (await import('../worker/config.ts')).loadConfig(configPath, io.environment));
  const database = once(async () => {
    const { openDatabase } = await import('../worker/open-database.ts');
    const pool = await openDatabase((await config()).database, CLIENT_POOL);
    closers.push(() => pool.end());
    return pool;
  });
  const place = once(async () => {
    const { temporalPlace } = await import('../worker/temporal-place.ts');
    return temporalPlace((await config()).temporal, io.environment);
  });
  const temporal = once(async () => {
    const { openTemporal } = await import('./temporal/open-temporal.ts');
    const access = await openTemporal(await place());
    closers.push(() => access.connection.close());
    return access;
  });
  return {
    configPath,
    config,
    database,
    place,
    temporal,
    close: async () => {
      await Promise.allSettled(closers.splice(0).map((close) => close()));
    },
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
