// How a message names a secret: enough to find it where it was made, too little to use it.
const NAMED_CHARS_MIN = 16;
const SHOWN_CHARS = 4;

/** ` ending in …Wx4Q`; nothing of a secret so short that this would be much of it. */
export function secretEnding(secret: string): string {
  return secret.length >= NAMED_CHARS_MIN ? ` ending in …${secret.slice(-SHOWN_CHARS)}` : '';
}
