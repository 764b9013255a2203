import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { passwordOf } from '../sql/database-link.ts';
import { databaseAddress } from './database-address.ts';
import { Secret } from './secret.ts';

const kept = { password: 'p@ss/w%rd', whole: 'postgres://recon:hunter2@db:5432/recon' };
const secret = z.string().transform((name) => {
  const read = () => (name === 'whole' ? kept.whole : kept.password);
  return new Secret(read(), async () => read());
});
const schema = databaseAddress(secret);
const URL_ALONE = 'postgres://recon@db:5432/recon?sslmode=verify-full';

test('a secret may be the whole address', () => {
  expect(schema.parse('whole').reveal()).toBe(kept.whole);
});

test('an address and a password are one secret, whatever the password is made of', () => {
  const address = schema.parse({ url: URL_ALONE, password: 'password' });
  expect(passwordOf(address.reveal())).toBe('p@ss/w%rd');
  expect(new URL(address.reveal())).toMatchObject({
    username: 'recon',
    host: 'db:5432',
    search: '?sslmode=verify-full',
  });
  expect(String(address)).toBe('***');
});

test('a password that was rotated is in the address of now', async () => {
  const address = schema.parse({ url: URL_ALONE, password: 'password' });
  kept.password = 'next';
  expect(passwordOf(await address.current({ fresh: true }))).toBe('next');
});

test.each([
  ['a password in the address', { url: 'postgres://recon:hunter2@db/recon', password: 'password' }, 'holds a password'],
  ['what is no address', { url: 'db:5432', password: 'password' }, 'Invalid'],
  ['no password', { url: URL_ALONE }, 'expected string'],
])('%s is a problem, and not shown', (_what, given, problem) => {
  const { error } = schema.safeParse(given);
  expect(error?.issues.map(({ message }) => message).join()).toContain(problem);
  expect(String(error)).not.toContain('hunter2');
});
