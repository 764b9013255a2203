import { expect, test } from '@jest/globals';
import { check, ok } from './check.ts';

test('what goes wrong is the finding', async () => {
  const found = await check('database', async () => {
    throw new Error('connection refused');
  });
  expect(found).toEqual({ name: 'database', state: 'fail', detail: 'connection refused', next: '' });
});

test('what works says what it found', async () => {
  expect(await check('mail', async () => ok('lets us in'))).toEqual({
    name: 'mail',
    state: 'ok',
    detail: 'lets us in',
    next: '',
  });
});
