import { expect, test } from '@jest/globals';
import { discrepancyNumbers } from './discrepancy-numbers.ts';
import { parseProposalNames, proposalName } from './proposal-name.ts';

const SHA = '3f2a9c1d04be'.padEnd(64, '0');

test('a proposal is named by its number and the beginning of its hash, as it is shown', () => {
  expect(proposalName(5n, SHA)).toBe('5@3f2a9c1d04be');
  expect(parseProposalNames(['5@3f2a9c1d04be'])).toEqual([{ proposalId: 5n, sha256Start: '3f2a9c1d04be' }]);
  expect(parseProposalNames([`5@${SHA}`])).toEqual([{ proposalId: 5n, sha256Start: SHA }]);
});

test.each(['5', '5@', '5@3f2a', '@3f2a9c1d04be', '0@3f2a9c1d04be', '5@3F2A9C1D04BE', '5@3f2a9c1d04be%'])(
  '"%s" names no proposal',
  (word) => {
    expect(() => parseProposalNames([word])).toThrow(/names no proposal: write it as it is listed/);
  },
);

test('numbers are taken once and in ascending order', () => {
  expect(discrepancyNumbers(['18', '9', '18'])).toEqual([9n, 18n]);
  expect(() => discrepancyNumbers(['first'])).toThrow(/"first" is not the number of a discrepancy/);
  expect(() => discrepancyNumbers(Array.from({ length: 501 }, (_, at) => String(at + 1)))).toThrow(/at most 500/);
});
