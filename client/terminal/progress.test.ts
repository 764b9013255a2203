import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createProgress } from './progress.ts';

test('where there is no terminal, each change is one plain line', () => {
  const stream = new PassThrough();
  const progress = createProgress(stream as unknown as NodeJS.WriteStream);
  const run = progress.task('stripe/us 2026-01-31');
  const fill = progress.task('stripe/eu', 1);
  run.update('fetching');
  run.update('fetching');
  fill.update('2026-01-02', 1, 31);
  run.update('clean');
  progress.note('a note');
  progress.stop();
  expect(String(stream.read())).toBe(
    'stripe/us 2026-01-31  fetching\nstripe/eu  1/31  2026-01-02\nstripe/us 2026-01-31  clean\na note\n',
  );
});
