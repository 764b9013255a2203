import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gateProof } from './gate-proof.ts';
import { sampleReport } from './reports-for-tests.ts';

const { totals } = sampleReport();

test('holds where open after is what the terms add up to, one line per side, level, kind and currency', () => {
  const proof = gateProof(totals);
  expect(proof.map(({ side, kind }) => `${side} ${kind}`)).toEqual([
    'processor payment',
    'processor refund',
    'internal payment',
    'internal refund',
  ]);
  expect(proof.every(({ holds }) => holds)).toBe(true);
});

test('one unit off in any term breaks exactly its own line', () => {
  const field = fc.constantFrom('count' as const, 'debitsMinor' as const, 'creditsMinor' as const);
  const off = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).filter((value) => value !== 0n);
  fc.assert(
    fc.property(fc.nat(totals.length - 1), field, off, (at, name, by) => {
      const changed = totals.map((total, index) => (index === at ? { ...total, [name]: total[name] + by } : total));
      const broken = gateProof(changed).filter(({ holds }) => !holds);
      const [line] = broken;
      expect(broken).toHaveLength(1);
      expect(line?.side).toBe(totals[at]?.side);
      expect(line?.kind).toBe(totals[at]?.kind);
    }),
  );
});

test('the order of the terms does not matter, and a term that is not stored is zero', () => {
  const reversed = gateProof([...totals].reverse());
  expect(reversed.every(({ holds }) => holds)).toBe(true);
  expect(gateProof(totals.filter(({ term }) => term !== 'version_delta')).filter(({ holds }) => !holds)).toHaveLength(
    1,
  );
});
