// Turns what a command does into what commander calls: opens its context, runs it, closes everything, keeps the exit code.
import type { Command } from 'commander';
import type { ClientIo } from './client-io.ts';
import { type Context, createContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import { createOutput, type Output } from './output.ts';
import { reportError } from './report-error.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export interface Invocation<Options> {
  readonly io: ClientIo;
  readonly options: Options & GlobalOptions;
  readonly operands: readonly string[];
  readonly context: Context;
  readonly output: Output;
}

export type Handler<Options> = (invocation: Invocation<Options>) => Promise<ExitCode>;

/** @param load Gives the handler; loaded only when it runs, so that --help needs no client of any server. */
export function action<Options extends object>(io: ClientIo, load: () => Promise<Handler<Options>>) {
  return async function run(this: Command): Promise<void> {
    const options = this.optsWithGlobals<Options & GlobalOptions>();
    const output = createOutput(io, options.json ?? false);
    const context = createContext(io, options);
    try {
      const handler = await load();
      io.finish(await handler({ io, options, operands: this.args, context, output }));
    } catch (error) {
      reportError(io, error, { json: output.json, debug: options.debug ?? false, hasResult: output.hasResult() });
    } finally {
      await context.close();
    }
  };
}
