import { expect, test } from '@jest/globals';
import { CannotDo } from './cannot-do.ts';
import { chain, explainError } from './explain-error.ts';
import { UsageError } from './usage-error.ts';

const coded = (fields: object, message = 'said the server') => Object.assign(new Error(message), fields);

test('what was typed wrong exits with 2, what cannot be done with 3', () => {
  expect(explainError(new UsageError('swap them'))).toMatchObject({
    message: 'swap them',
    exitCode: 2,
    isExpected: true,
  });
  expect(explainError(new CannotDo('not yet'))).toMatchObject({ exitCode: 3, isExpected: true });
});

test('a missing table means setup, however deep the cause', () => {
  const error = new Error('query failed', { cause: coded({ code: '42P01' }, 'relation "x" does not exist') });
  expect(explainError(error)).toMatchObject({ exitCode: 3, message: expect.stringContaining('recon -- setup') });
});

test('a login without grants is told which role to grant', () => {
  expect(explainError(coded({ code: '42501' })).message).toContain('recon_worker');
});

test('Temporal’s status codes become sentences', () => {
  expect(explainError(coded({ code: 16, details: 'no key' })).message).toContain('TEMPORAL_API_KEY');
  expect(explainError(coded({ code: 3, details: 'bad cron' })).message).toBe('Temporal says: bad cron');
  expect(explainError(coded({ code: 5, details: 'Namespace x is not found.' })).message).toContain('recon -- setup');
});

test('an error nobody thought of is told as it is', () => {
  expect(explainError(new TypeError('x is not a function'))).toMatchObject({
    message: 'TypeError: x is not a function',
    exitCode: 3,
    isExpected: false,
  });
  expect(explainError('a word').message).toBe('a word');
});

test('causes that go round end', () => {
  const error = new Error('round');
  error.cause = error;
  expect(chain(error)).toHaveLength(10);
});
