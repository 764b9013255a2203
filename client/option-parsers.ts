// Reads what options say. Each throws commander's InvalidArgumentError, which names the option and what was typed.
import { InvalidArgumentError } from 'commander';
import { parseAccountName } from '../domain/account.ts';
import { type BusinessDate, parseBusinessDate } from '../domain/business-date.ts';

const REASON_CHARS_MAX = 500;

export function dateOption(text: string): BusinessDate {
  return invalidUnless(() => parseBusinessDate(text));
}

export function accountOption(text: string): string {
  return invalidUnless(() => parseAccountName(text).account);
}

/** For options that may be given several times. */
export function accountsOption(text: string, before: readonly string[] | undefined): readonly string[] {
  return unique([...(before ?? []), accountOption(text)]);
}

/** "stripe,paypal" */
export function namesOption(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('write names with commas between them, such as stripe,paypal');
  return unique(names);
}

export function collectOption(text: string, before: readonly string[] | undefined): readonly string[] {
  return unique([...(before ?? []), text]);
}

export function reasonOption(text: string): string {
  const reason = text.trim();
  if (reason === '') throw new InvalidArgumentError('say in a few words why; it is kept for the auditor');
  if (reason.length > REASON_CHARS_MAX) throw new InvalidArgumentError(`at most ${REASON_CHARS_MAX} characters`);
  return reason;
}

export function countOption(max: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > max) throw new InvalidArgumentError(`a whole number from 1 to ${max}`);
    return count;
  };
}

function invalidUnless<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** "high,critical", each of a known list. */
export function wordsOption<Word extends string>(known: readonly Word[]): (text: string) => readonly Word[] {
  return (text) =>
    namesOption(text).map((name) => {
      const word = known.find((candidate) => candidate === name);
      if (word === undefined) throw new InvalidArgumentError(`"${name}" is none of ${known.join(', ')}`);
      return word;
    });
}
