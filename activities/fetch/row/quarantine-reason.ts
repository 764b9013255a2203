// Decides what is written down about a row that cannot be read: the fact, never personal data.
import { DataError } from '../../../domain/data-error.ts';
import { redacted } from './personal-data.ts';

const REASON_CHARS_MAX = 300;

/** The reason of a DataError. Anything else is not the row's fault and is thrown on. */
export function quarantineReason(error: unknown): string {
  if (!(error instanceof DataError)) throw error;
  return redacted(error.message).slice(0, REASON_CHARS_MAX);
}
