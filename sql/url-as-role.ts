// Decides how a login takes on one of our roles: from its first statement on, so that the grants are in force.
import type { DATABASE_ROLES } from './migrate.ts';

export type DatabaseRole = (typeof DATABASE_ROLES)[number];

export function urlAsRole(url: string, role: DatabaseRole): string {
  const address = new URL(url);
  address.searchParams.set('options', `-c role=${role}`);
  // WHATWG writes a space of the query as +, which libpq (psql, pg_dump) takes for a plus. A password keeps its own.
  address.search = address.search.replaceAll('+', '%20');
  return address.href;
}
