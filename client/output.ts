// Decides where a command's words go: its one result to stdout (an object with --json, else text), all else to stderr.
import type { ClientIo } from './client-io.ts';
import { type Palette, paletteFor } from './terminal/palette.ts';

export interface Output {
  readonly json: boolean;
  readonly palette: Palette;
  /** Exactly once a command. */
  result(object: object, text: () => string): void;
  /** Something worth knowing beside the result. */
  note(line: string): void;
  readonly hasResult: () => boolean;
}

export function createOutput(io: ClientIo, json: boolean): Output {
  let hasResult = false;
  return {
    json,
    palette: paletteFor(io.stdout),
    result: (object, text) => {
      if (hasResult) throw new Error('a command has one result');
      hasResult = true;
      io.stdout.write(json ? `${toJson(object)}\n` : withNewline(text()));
    },
    note: (line) => void io.stderr.write(`${line}\n`),
    hasResult: () => hasResult,
  };
}

/** Amounts and ids are bigint here and strings on the wire: a JSON number would round them. */
export function toJson(object: object): string {
  return JSON.stringify(object, (_key, value) => (typeof value === 'bigint' ? value.toString() : value), 2);
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
