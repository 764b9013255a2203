// `recon discrepancies note`: what somebody found out, as plain text. It is kept as it was typed.
import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { action } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import type { PersonOptions } from '../database/person-database.ts';
import { examples } from '../help-examples.ts';
import { UsageError } from '../usage-error.ts';
import { acting } from './act.ts';
import { discrepancyNumbers } from './discrepancy-numbers.ts';

interface NoteOptions extends PersonOptions {
  readonly text?: string;
  readonly file?: string;
}

const CHARS_MAX = 4_000;
// A character has at most four bytes.
const BYTES_MAX = 4 * CHARS_MAX;

export function registerNote(discrepancies: Command, io: ClientIo): void {
  discrepancies
    .command('note')
    .description(
      `write down what you found out: plain text, at most ${CHARS_MAX} characters, never card or customer data`,
    )
    .argument('<numbers...>', 'as discrepancies list shows them')
    .addOption(new Option('--text <words>', 'the note'))
    .addOption(new Option('--file <file>', 'a file with the note, in UTF-8').conflicts('text'))
    .addHelpText(
      'after',
      examples(
        ['discrepancies note 17 --text "asked the processor, case 4711"', 'everybody sees it in discrepancies show 17'],
        ['discrepancies note 17 18 --file findings.txt', 'the same note for both'],
      ),
    )
    .action(
      action<NoteOptions>(io, async () =>
        acting(async ({ operands, options: { text, file } }) => {
          const words = file === undefined ? text : await readNoteFile(file);
          if (words === undefined) throw new UsageError('say what to note: --text WORDS or --file FILE');
          if ([...words].length > CHARS_MAX) throw new UsageError(tooLong());
          const { noteDiscrepancy } = await import('../database/act-on-discrepancies.ts');
          return discrepancyNumbers(operands).map((id) => ({
            subject: String(id),
            act: async (connection) => {
              await noteDiscrepancy(connection, id, words);
              return 'noted';
            },
          }));
        }),
      ),
    );
}

/** Reads no more than a note may have, however big the file is. */
async function readNoteFile(path: string): Promise<string> {
  const bytes = await firstBytesOf(path, BYTES_MAX + 1).catch((cause) => {
    throw new UsageError(`${path} cannot be read (${cause instanceof Error ? cause.message : cause})`, { cause });
  });
  if (bytes.length > BYTES_MAX) throw new UsageError(tooLong());
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trimEnd();
  } catch (cause) {
    throw new UsageError(`${path} is not text in UTF-8`, { cause });
  }
}

async function firstBytesOf(path: string, countMax: number): Promise<Buffer> {
  const bytes = Buffer.alloc(countMax);
  const file = await open(path);
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < countMax; length += read) {
      read = (await file.read(bytes, length, countMax - length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

function tooLong(): string {
  return `a note has at most ${CHARS_MAX} characters: put more into a file where your team keeps files, and note where it is`;
}
