// Would the client take these words? Asked of its own grammar, which is stopped before anything is done.
import { type Command, CommanderError } from 'commander';
import { type ClientIo, processIo } from '../../client/client-io.ts';
import { createProgram } from '../../client/program.ts';

/** The grammar took the words, and would begin. */
class Reached extends Error {}

// A text that speaks of a command need not say all that it takes.
const LEFT_OUT: ReadonlySet<string> = new Set([
  'commander.help',
  'commander.missingArgument',
  'commander.optionMissingArgument',
]);

/**
 * @param words what is typed after `recon`
 * @param isMention arguments may be left out, but what is there has to be right
 */
export async function clientCommandProblems(words: readonly string[], isMention = false): Promise<string[]> {
  const program = createProgram(silentIo()).hook('preAction', () => {
    throw new Reached();
  });
  if (isMention) requireNoOption(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return [];
  } catch (error) {
    if (error instanceof Reached) return [];
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || (isMention && LEFT_OUT.has(error.code))) return [];
    const because = error.code === 'commander.help' ? 'it takes a subcommand' : error.message.replace(/^error: /, '');
    return [`recon ${words.join(' ')}: ${because}`];
  }
}

/** Else one that is left out hides another that does not exist. */
function requireNoOption(command: Command): void {
  for (const option of command.options) option.makeOptionMandatory(false);
  for (const subcommand of command.commands) requireNoOption(subcommand);
}

/** What the commands are called, and their subcommands. */
export function clientCommandNames(): ReadonlyMap<string, ReadonlySet<string>> {
  const { commands } = createProgram(silentIo());
  return new Map(commands.map((command) => [command.name(), new Set(command.commands.map((sub) => sub.name()))]));
}

function silentIo(): ClientIo {
  const silent = { write: () => true } as unknown as NodeJS.WriteStream;
  return { ...processIo(process), stdout: silent, stderr: silent };
}
