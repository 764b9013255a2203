// How a process comes to PostgreSQL: what an address says, and whether the link is encrypted and to whom. Two modes only: none, for a
// loopback, and verify-full. Slonik reads neither verify-full nor sslrootcert of an address, so they are read here, and its driver is
// given what node's TLS needs.
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';

export interface DatabaseLink {
  /** Without what it says of TLS. */
  readonly url: string;
  readonly ssl: ConnectionOptions | undefined;
}

/** Gives the password as it is now. */
export type AskPassword = () => Promise<string>;

/** For pg's own clients. */
export function connectionOf(url: string, password?: AskPassword): ClientConfig {
  const link = databaseLink(url);
  const ssl = link.ssl ?? false;
  if (password === undefined) return { connectionString: link.url, ssl };
  // A connection string's password, or its lack of one, would win over what is asked for.
  const { hostname, port, username, pathname, searchParams } = new URL(link.url);
  return {
    host: hostname.replace(/^\[(.+)\]$/, '$1'),
    ...(port === '' ? {} : { port: Number(port) }),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    options: searchParams.get('options') ?? '',
    password,
    ssl,
  };
}

/** What a URL says as password; undefined where it stands elsewhere (PGPASSWORD, ~/.pgpass). */
export function passwordOf(url: string): string | undefined {
  const { password } = new URL(url);
  return password === '' ? undefined : decodeURIComponent(password);
}

/** The address asks for a link that others could read along. */
export class TlsRequired extends RangeError {
  override readonly name = 'TlsRequired';
  constructor(mode = 'nothing') {
    super(
      `sslmode is ${mode}, which does not make sure who answers: write sslmode=verify-full, and sslrootcert=FILE where the server's authority is not a public one`,
    );
  }
}

const MODES = new Set(['disable', 'verify-full']);
/** Of libpq: the authorities that everybody trusts. */
const PUBLIC_AUTHORITIES = 'system';

/** @throws RangeError where the address is not one; its message repeats nothing of it. */
export function databaseLink(url: string): DatabaseLink {
  // What Node says of a bad URL repeats it, password and all.
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new RangeError('the address of the database is not a URL such as postgres://login@host:5432/recon');
  }
  const address = new URL(url);
  const mode = taken(address, 'sslmode');
  const authority = taken(address, 'sslrootcert');
  // WHATWG writes a space of the query as +, which libpq (psql, pg_dump) takes for a plus. A password keeps its own.
  address.search = address.search.replaceAll('+', '%20');
  if (mode !== null && !MODES.has(mode)) throw new TlsRequired(mode);
  if (mode !== 'verify-full' && authority !== null) throw new TlsRequired(mode ?? undefined);
  return { url: address.href, ssl: mode === 'verify-full' ? verifyFull(authority) : undefined };
}

function taken({ searchParams }: URL, name: string): string | null {
  const value = searchParams.get(name);
  searchParams.delete(name);
  return value;
}

/** The driver adds the host, and with it node checks the name in the certificate. */
function verifyFull(authority: string | null): ConnectionOptions {
  const ca = authority === null || authority === PUBLIC_AUTHORITIES ? undefined : readAuthority(authority);
  // Said although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 must not turn it off.
  return { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) };
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RangeError(`the certificate ${path} that sslrootcert names cannot be read`, { cause });
  }
}
