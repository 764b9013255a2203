import { format, inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { Secret } from './secret.ts';

const VALUE = 'rk_live_hunter2';
const secret = new Secret(VALUE);

test('a secret shows its value to whoever asks for it by name', () => {
  expect(secret.reveal()).toBe(VALUE);
});

test.each<[string, () => string]>([
  ['a template', () => `${secret}`],
  ['a sum of strings', () => `key: ${String(secret)}`],
  ['JSON', () => JSON.stringify({ secret, list: [secret] })],
  ['inspect', () => inspect({ secret, list: [secret] })],
  ['inspect of all that is hidden', () => inspect(secret, { showHidden: true, depth: Infinity })],
  ['inspect without its own say', () => inspect(secret, { customInspect: false, showHidden: true })],
  ['a format of console.log', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['its keys and values', () => JSON.stringify([Reflect.ownKeys(secret), Object.entries(secret), { ...secret }])],
  ['a copy', () => inspect(structuredClone({ ...secret }))],
  ['an error about it', () => inspect(new TypeError(`cannot use ${secret}`, { cause: { secret } }))],
  ['a number', () => String(Number(secret))],
])('%s does not', (_where, print) => {
  expect(print()).not.toContain('hunter2');
});

test('where it stands, it says that something stands there', () => {
  expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  expect(`${secret}`).toBe('***');
  expect(inspect({ secret })).toBe('{ secret: *** }');
});
