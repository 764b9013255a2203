import { expect, test } from '@jest/globals';
import { oneLine } from './one-line.ts';

test('a message of several lines is one, and cannot move the cursor', () => {
  expect(oneLine('file.csv:\n  line 3 \u001b[2J is bad\n')).toBe('file.csv: line 3 \ufffd[2J is bad');
});
