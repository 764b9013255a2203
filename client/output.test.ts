import { expect, test } from '@jest/globals';
import { toJson } from './output.ts';

test('bigint is a string on the wire: a number would be rounded', () => {
  expect(JSON.parse(toJson({ id: 9_007_199_254_740_993n, list: [1n], text: 'x' }))).toEqual({
    id: '9007199254740993',
    list: ['1'],
    text: 'x',
  });
});
