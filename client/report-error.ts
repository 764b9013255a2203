// Says on stderr what went wrong; with --json also on stdout, so that whoever reads it always gets one object.
import type { ClientIo } from './client-io.ts';
import { chain, explainError } from './explain-error.ts';

export interface HowToReport {
  readonly json: boolean;
  readonly debug: boolean;
  /** The one object is out already. */
  readonly hasResult: boolean;
}

export function reportError(io: ClientIo, error: unknown, how: HowToReport): void {
  const { name, message, exitCode, isExpected } = explainError(error);
  if (how.json && !how.hasResult) io.stdout.write(`${JSON.stringify({ error: { name, message } })}\n`);
  io.stderr.write(`${message}\n`);
  if (how.debug) for (const cause of chain(error)) io.stderr.write(`${cause.stack ?? cause.message}\n`);
  else if (!isExpected) io.stderr.write('Add --debug to see where this comes from.\n');
  io.finish(exitCode);
}
