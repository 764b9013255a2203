// Opens the database with the login of the person who types: what may be done, and who did it, the database alone decides.
// Must never act with the login of the configuration, which belongs to the worker.
import type { DatabasePool } from 'slonik';
import type { Invocation } from '../action.ts';
import { CannotDo } from '../cannot-do.ts';
import { chain } from '../explain-error.ts';
import { UsageError } from '../usage-error.ts';

export interface PersonOptions {
  readonly database?: string;
}

const PERSON_POOL = { poolSizeMax: 2, applicationName: 'recon person' } as const;
const VARIABLE = 'RECON_DATABASE_URL';

/** @throws UsageError where nobody says with which login. */
export function withPersonDatabase<T>(
  invocation: Invocation<PersonOptions>,
  work: (database: DatabasePool) => Promise<T>,
): Promise<T> {
  const url = personUrl(invocation);
  if (url === undefined) {
    throw new UsageError(
      `this is done with your own login: set ${VARIABLE}=postgres://YOU@HOST:5432/recon (the password may stand in PGPASSWORD or ~/.pgpass), or add --database URL`,
    );
  }
  return withDatabase(url, work);
}

/** To read: with the person's own login where it is known, else as the configuration says. */
export async function withReadersDatabase<T>(
  invocation: Invocation<PersonOptions>,
  work: (database: DatabasePool) => Promise<T>,
): Promise<T> {
  const url = personUrl(invocation);
  return url === undefined ? work(await invocation.context.database()) : withDatabase(url, work);
}

export function personUrl({ io, options }: Invocation<PersonOptions>): string | undefined {
  const url = options.database ?? io.environment[VARIABLE];
  return url === '' ? undefined : url;
}

async function withDatabase<T>(url: string, work: (database: DatabasePool) => Promise<T>): Promise<T> {
  const database = await openAsPerson(url);
  try {
    return await work(database);
  } finally {
    await database.end();
  }
}

async function openAsPerson(url: string): Promise<DatabasePool> {
  const { openDatabase, placeOf } = await import('../../worker/open-database.ts');
  const { Secret } = await import('../../worker/secret.ts');
  try {
    return await openDatabase(new Secret(url), PERSON_POOL);
  } catch (error) {
    const { message } = chain(error).at(-1) ?? { message: String(error) };
    throw new CannotDo(
      `your login cannot open the database at ${placeOf(url)}: ${message}. Correct ${VARIABLE} or --database; an administrator makes logins with recon access add`,
      { cause: error },
    );
  }
}
