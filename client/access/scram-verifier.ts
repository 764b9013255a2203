// Makes what PostgreSQL stores instead of a password, so that the password itself reaches no server, log or statement history.
// https://www.postgresql.org/docs/current/catalog-pg-authid.html, RFC 5803
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

// PostgreSQL's own default (scram_iterations).
const ITERATIONS = 4_096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const PASSWORD_BYTES = 24;

/** 192 bits that can be typed, and stand in a URL as they are. */
export function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}

/** @param password ASCII, as newPassword makes it: others would have to be normalised first. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  if (!/^[\x21-\x7e]+$/.test(password)) throw new RangeError('a password is made of visible ASCII characters');
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyOf('Server Key').toString('base64')}`;
}
