// Runs one command line to its exit code. Never throws: what goes wrong is said in words.
import { CommanderError } from 'commander';
import type { GlobalOptions } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

const HELP_WAS_ASKED_FOR: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

export async function runClient(words: readonly string[], io: ClientIo): Promise<ExitCode> {
  const program = createProgram(io);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const { json = false, debug = false } = program.opts<GlobalOptions>();
    if (!(error instanceof CommanderError)) reportError(io, error, { json, debug, hasResult: false });
    else if (HELP_WAS_ASKED_FOR.has(error.code)) return EXIT.clean;
    // Commander has said it on stderr already, with a suggestion where a word looks mistyped.
    else {
      if (json)
        io.stdout.write(
          `${JSON.stringify({ error: { name: 'UsageError', message: error.message.replace(/^error: /, '') } })}\n`,
        );
      return EXIT.usage;
    }
  }
  return io.exitCode();
}
