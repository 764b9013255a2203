// The fact that no whole answer came, with the system's code where there is one.
import { SourceUnavailable } from '../../errors.ts';
import { errorCode } from './error-code.ts';

/** @param reason where the code stands, if not in the cause itself. */
export function unreachable(source: string, cause: unknown, reason: unknown = cause): SourceUnavailable {
  const code = errorCode(reason);
  const why = code === undefined ? '' : ` (${code})`;
  return new SourceUnavailable(source, `cannot be reached or took too long${why}`, { cause });
}
