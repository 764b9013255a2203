// Decides what a person reads when a command fails, and the exit code that goes with it. One message that names the input
// and the next step; no stack. Errors are told by name: importing their modules would slow every --help down.
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface Explanation {
  readonly name: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** False: nobody thought of this error, so that its stack may be of use. */
  readonly isExpected: boolean;
}

const USAGE: ReadonlySet<string> = new Set(['UsageError', 'ConfigInvalid', 'NotConfigured', 'InvalidArgumentError']);
const EXPECTED: ReadonlySet<string> = new Set([
  'DatabaseUnreachable',
  'TemporalUnreachable',
  'CannotDo',
  'Interrupted',
  'MigrationEdited',
  'SourceRejected',
  'ObjectMissing',
  'StoreUnavailable',
  'CodecKeyUnknown',
  'KeyRingInvalid',
  'KmsUnavailable',
  'SecretUnavailable',
  'TlsRequired',
]);
const SETUP = 'npm run recon -- setup';
const NO_NAMESPACE = `the Temporal namespace does not exist: ${SETUP}`;
const CAUSES_MAX = 10;

export function explainError(error: unknown): Explanation {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (USAGE.has(name)) return { name, message, exitCode: EXIT.usage, isExpected: true };
  if (EXPECTED.has(name)) return { name, message, exitCode: EXIT.failed, isExpected: true };
  const known = ofPostgres(error) ?? ofTemporal(error);
  if (known !== undefined) return { name, message: known, exitCode: EXIT.failed, isExpected: true };
  return {
    name,
    message: `${name === 'Error' ? '' : `${name}: `}${message}`,
    exitCode: EXIT.failed,
    isExpected: false,
  };
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const POSTGRES: Readonly<Record<string, string>> = {
  '42P01': `the database has no tables of recon, or not all of them: ${SETUP}`,
  '42883': `the database is older than this version of recon: ${SETUP}`,
  '42703': `the database is older than this version of recon: ${SETUP}`,
  '42501': 'the login of "database" may not do this: grant it the role recon_worker (grant recon_worker to LOGIN)',
  '57P01': 'the database was shut down under us: start it and try again',
};

function ofPostgres(error: unknown): string | undefined {
  for (const cause of chain(error)) {
    const code = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string' && POSTGRES[code] !== undefined) return POSTGRES[code];
  }
  return undefined;
}

// https://grpc.io/docs/guides/status-codes/
const GRPC: Readonly<Record<number, string>> = {
  4: 'Temporal did not answer in time: is the server overloaded, or out of reach?',
  7: 'Temporal refuses this login to do that: check the API key or certificate and its permissions',
  14: 'Temporal does not answer any more: is the server up?',
  16: 'Temporal does not accept this login: check TEMPORAL_API_KEY or the client certificate',
};

const NOT_FOUND = 5;

function ofTemporal(error: unknown): string | undefined {
  for (const cause of chain(error)) {
    if (cause.name === 'NamespaceNotFoundError') return NO_NAMESPACE;
    if (!('code' in cause) || typeof cause.code !== 'number' || !('details' in cause)) continue;
    const details = String(cause.details);
    // Calls below the SDK's own have no class for it.
    if (cause.code === NOT_FOUND && details.startsWith('Namespace ')) return NO_NAMESPACE;
    const known = GRPC[cause.code];
    return known === undefined ? `Temporal says: ${details}` : `${known} (${details})`;
  }
  return undefined;
}

/** The error and its causes, outermost first. */
export function chain(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < CAUSES_MAX; cause = cause.cause) causes.push(cause);
  return causes;
}
