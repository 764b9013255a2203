// Opens the database of a process, and says in the operator's words why it cannot be opened.
import type { DatabasePool } from 'slonik';
import { createDatabase, type DatabaseOptions } from '../sql/database.ts';
import { type AskPassword, passwordOf } from '../sql/database-link.ts';
import { DatabaseUnreachable } from './connection-errors.ts';
import type { Secret } from './secret.ts';

/** @throws DatabaseUnreachable */
export async function openDatabase(
  url: Secret,
  options: Omit<DatabaseOptions, 'url' | 'password'>,
): Promise<DatabasePool> {
  try {
    return await createDatabase({ url: url.reveal(), password: passwordAsked(url), ...options });
  } catch (cause) {
    throw new DatabaseUnreachable(placeOf(url.reveal()), reasonOf(cause), { cause });
  }
}

/** For connections that are made after the password was replaced; undefined where it does not stand in the address. */
export function passwordAsked(url: Secret): AskPassword | undefined {
  if (!URL.canParse(url.reveal()) || passwordOf(url.reveal()) === undefined) return undefined;
  return async () => passwordOf(await url.current()) ?? '';
}

/** "127.0.0.1:5432/recon": never the login. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'an address that is not a URL such as postgres://login@host:5432/recon';
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}

function reasonOf(cause: unknown): string {
  const { message } = cause instanceof Error ? cause : new Error(String(cause));
  // Several addresses of one name were tried: Node then says nothing but the class.
  if (message === '' && cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ');
  return message;
}
