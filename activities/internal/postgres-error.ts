// Decides which fact an error of the company's database is, by its SQLSTATE or the system's code. Messages never hold a
// value of a row, the query or the password.
import { AuthRejected, type SourceError, SourceRejected, SourceUnavailable } from '../errors.ts';
import { errorCode } from '../fetch/request/error-code.ts';

export interface PostgresCaller {
  readonly source: string;
  readonly statementTimeoutMs: number;
}

// Classes whose messages speak of names, syntax and features; those of the other classes may quote a row.
const ABOUT_THE_QUERY = /^(?:42...|0A...|54...|08P01)$/;
// Connections, resources, shutdowns, conflicts: another try may find them gone.
const PASSING = /^(?:08|40|53|55|57|58|XX)...$/;
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
// What certificates say; asking again changes nothing.
const CERTIFICATE = /CERT|SIGNATURE|^ERR_TLS/;

export function postgresError(error: unknown, { source, statementTimeoutMs }: PostgresCaller): SourceError {
  const code = errorCode(error) ?? '';
  const said = messageOf(error);
  const options = { cause: error };
  const rejected = (message: string) => new SourceRejected(source, message, options);
  if (code === '28P01' || code === '28000') {
    return new AuthRejected(source, `does not let us in (${said}): check user and password in the url`, options);
  }
  if (code === '42501') {
    return new AuthRejected(source, `${said}: grant select on it to the read-only login of the url`, options);
  }
  if (code === '57014') {
    const message = `its query took longer than ${statementTimeoutMs / 1_000} s: it needs an index on its time column`;
    return new SourceUnavailable(source, `${message}, or a longer statement timeout`, options);
  }
  if (code === '3D000') return rejected(`${said}: check the database name in the url`);
  if (code === '25006') return rejected(`its query writes (${said}): it may only read`);
  if (ABOUT_THE_QUERY.test(code)) return rejected(`its query fails: ${said}`);
  if (CERTIFICATE.test(code)) return rejected(`its certificate is not trusted (${code}): check sslmode in the url`);
  if (SQLSTATE.test(code) && !PASSING.test(code)) {
    return rejected(`its query fails on a value that it computes or casts (SQLSTATE ${code})`);
  }
  return new SourceUnavailable(source, `cannot be reached or broke off (${code === '' ? said : code})`, options);
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
