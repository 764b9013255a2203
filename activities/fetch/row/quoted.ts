// Quotes a piece of input in a message: short, without personal data, so that a person finds the place in the source.
import { redacted } from './personal-data.ts';

const SCANNED_CHARS_MAX = 512;
const SHOWN_CHARS_MAX = 40;

export function quoted(value: unknown): string {
  if (typeof value !== 'string') return 'a value that is not text';
  // Blotted out before it is cut: half an address is still somebody's.
  const shown = redacted(value.slice(0, SCANNED_CHARS_MAX));
  return `"${shown.length > SHOWN_CHARS_MAX ? `${shown.slice(0, SHOWN_CHARS_MAX)}…` : shown}"`;
}
