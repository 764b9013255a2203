// Decides what a reference value is as a key: without invisible characters and white space around it, never "none"; what looks
// like personal data is marked, so that it cannot be stored before protect-page has made a token of it. Pure.
import { DataError } from '../../../domain/data-error.ts';
import { referenceOrNull } from '../../../domain/transaction.ts';
import { CARD_DIGITS_MIN, holdsCardNumber, holdsEmail } from './personal-data.ts';
import { marked } from './personal-mark.ts';

// PostgreSQL refuses index entries over 2,704 bytes; 512 characters are at most 2,048 bytes of UTF-8.
const REFERENCE_CHARS_MAX = 512;
// Control and format characters: nobody can see them, and two keys that look the same would not be.
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/** @throws DataError, whose reason does not hold the value, when it cannot be a key. */
export function referenceText(value: string, field: string): string | null {
  const traits = traitsOf(value);
  const key = referenceOrNull((traits & UNUSUAL) === 0 ? value : value.replace(INVISIBLE, ''));
  if (key === null) return null;
  if (key.length > REFERENCE_CHARS_MAX) throw new DataError(field, `is longer than ${REFERENCE_CHARS_MAX} characters`);
  return traits === 0 ? key : storable(key, field);
}

// What one look at the characters tells. Nearly every key has none of it, and then nothing else needs to look.
const UNUSUAL = 1;
const AT_SIGN = 2;
const LONG_NUMBER = 4;

function traitsOf(value: string): number {
  let traits = 0;
  let digits = 0;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code >= 48 && code <= 57) {
      digits += 1;
      if (digits === CARD_DIGITS_MIN) traits |= LONG_NUMBER;
    } else if (code < 0x20 || code > 0x7e) {
      traits |= UNUSUAL;
    } else if (code === 64) {
      traits |= AT_SIGN;
      digits = 0;
    } else if (code !== 32 && code !== 45) {
      digits = 0;
    }
  }
  return traits;
}

function storable(key: string, field: string): string {
  // A replacement character means that somebody decoded with the wrong encoding: different keys have become equal.
  if (!key.isWellFormed() || key.includes('\ufffd')) {
    throw new DataError(field, 'holds characters that are not valid UTF-8: save the source as UTF-8');
  }
  if (holdsCardNumber(key)) return marked('card', key);
  return holdsEmail(key) ? marked('email', key) : key;
}
