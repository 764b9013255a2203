// Opens the database with a login that may read the audit log, and closes it again. The worker's may not: it only appends.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { openDatabase } from '../../worker/open-database.ts';
import { Secret } from '../../worker/secret.ts';
import { CannotDo } from '../cannot-do.ts';
import type { ClientIo } from '../client-io.ts';
import type { Context } from '../context.ts';
import { TYPED_AS } from '../help-examples.ts';
import { UsageError } from '../usage-error.ts';

export interface AuditorLogin {
  readonly context: Context;
  readonly io: ClientIo;
  /** Environment variable that holds the address; undefined: the configured login. */
  readonly variable: string | undefined;
}

export async function withAuditorDatabase<T>(
  { context, io, variable }: AuditorLogin,
  work: (database: DatabasePool) => Promise<T>,
): Promise<T> {
  if (variable === undefined) return checked(await context.database(), work);
  const url = io.environment[variable];
  if (url === undefined || url === '') throw new UsageError(`the environment variable ${variable} is not set`);
  const database = await openDatabase(new Secret(url), { poolSizeMax: 2, applicationName: 'recon audit' });
  try {
    return await checked(database, work);
  } finally {
    await database.end();
  }
}

const access = z.object({ isThere: z.boolean(), mayRead: z.boolean().nullable() });

async function checked<T>(database: DatabasePool, work: (database: DatabasePool) => Promise<T>): Promise<T> {
  const { isThere, mayRead } = await database.one(sql.type(access)`
    select to_regclass('public.audit_log') is not null as "isThere",
           has_table_privilege(to_regclass('public.audit_log'), 'select') as "mayRead"`);
  if (!isThere) throw new CannotDo(`the database has no audit log: ${TYPED_AS} setup`);
  if (mayRead !== true) {
    throw new CannotDo(
      'the login may not read the audit log: name one with the role recon_auditor, --read-with VARIABLE, where VARIABLE holds its address',
    );
  }
  return work(database);
}
