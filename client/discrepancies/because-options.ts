// Why something is proposed: a word of the list, which can be counted, and a sentence, which can be understood.
import { Option } from 'commander';
import { type Because, REASONS, type Reason } from '../database/act-on-discrepancies.ts';
import type { PersonOptions } from '../database/person-database.ts';
import { reasonOption } from '../option-parsers.ts';

export interface BecauseOptions extends PersonOptions {
  readonly reason: Reason;
  readonly because: string;
}

export function becauseOptions(usual?: Reason): readonly Option[] {
  const reason = new Option('--reason <reason>', 'why, as a word of the list').choices(REASONS);
  return [
    usual === undefined ? reason.makeOptionMandatory() : reason.default(usual),
    becauseOption('why, for the one who decides and for the auditor'),
  ];
}

export function becauseOption(meaning: string): Option {
  return new Option('--because <words>', meaning).argParser(reasonOption).makeOptionMandatory();
}

export function becauseOf({ reason, because }: BecauseOptions): Because {
  return { reason, because };
}
