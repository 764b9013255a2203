import { expect, test } from '@jest/globals';
import { squarePart, squareShards } from './square-shards.ts';

const DAY = { fromMs: 0, toMs: 86_400_000 };

test('the name of a shard says all that its read must know', () => {
  const parts = squareShards(['L-1', 'L_2'], DAY).map(squarePart);
  expect(parts).toContainEqual({ list: 'payments', locationId: 'L-1', view: 'updated' });
  expect(parts).toContainEqual({ list: 'refunds', view: 'created' });
  expect(parts).toContainEqual({ list: 'disputes' });
  expect(parts).toContainEqual({ list: 'payouts', locationId: 'L_2' });
  expect(parts.length).toBe(9);
});

test.each([
  'payments',
  'payments/L1',
  'payments/L1/gone',
  'payments//created',
  'refunds',
  'payouts',
  'orders/L1',
  'disputes/x',
])('a shard %s that another version planned is refused', (name) => {
  expect(() => squarePart({ name, ...DAY })).toThrow('it was planned by another version; start a new run');
});
