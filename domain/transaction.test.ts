import { expect, test } from '@jest/globals';
import { referenceOrNull } from './transaction.ts';

test.each([null, undefined, '', ' ', '\t', '0', 'n/a', 'N/A', 'NA', 'null', 'NULL', 'none', 'None', '-', '  N/A '])(
  '%j means that there is no reference',
  (value) => {
    expect(referenceOrNull(value)).toBeNull();
  },
);

test.each([
  ['pi_3Abc', 'pi_3Abc'],
  ['  order 17 ', 'order 17'],
  ['00', '00'],
  ['0001', '0001'],
  ['10', '10'],
  ['--', '--'],
  ['nada', 'nada'],
  ['None of these', 'None of these'],
  ['N/A-17', 'N/A-17'],
])('%j is the reference %j', (value, reference) => {
  expect(referenceOrNull(value)).toBe(reference);
});
