// Decides how an instant is written for PayPal and read from it. PayPal counts whole seconds and writes the offset
// without a colon (`2014-07-11T04:03:52+0000`), which its own specification does not allow.
import { readInstantMs } from '../row/instant.ts';

const OFFSET_WITHOUT_COLON = /([+-]\d{2})(\d{2})$/;

/** @throws DataError when it is not an instant. */
export function paypalInstantMs(text: string, field: string): number {
  return readInstantMs(text.replace(OFFSET_WITHOUT_COLON, '$1:$2'), field);
}

/** For a query: whole seconds, UTC. */
export function paypalInstant(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}
