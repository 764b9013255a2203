// The least that a reader must ask, against counts made by hand and against the world that they are of.
import { expect, test } from '@jest/globals';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import { fewestRequests, paypalLists, squareLists, stripeLists } from './fewest-requests.ts';

const worldOf = (account: string) =>
  generateWorld({ seed: 1, account, zone: 'UTC', firstDate: '2026-01-07', days: 4, transactionsPerDay: 400 });

test('a list costs its pages, a full last page no further one, and an empty list one look', () => {
  const sizes = [0, 1, 100, 101, 250].map((rows) => ({ rows, pageRows: 100 }));
  expect(sizes.map((size) => fewestRequests([size]))).toEqual([1, 1, 1, 2, 3]);
  expect(fewestRequests(sizes)).toBe(8);
});

test('Stripe: the ledger of the window, the payouts, and the members of each payout with its own row', () => {
  const world = worldOf('stripe/us');
  const [ledger, payouts, ...members] = stripeLists(world);
  const lateRows = world.entries.filter(({ createdS }) => createdS * 1_000 >= world.endMs).length;
  expect(ledger?.rows).toBe(world.entries.length - lateRows);
  expect(payouts?.rows).toBe(world.payouts.length);
  const paidOut = world.entries.filter(({ payoutId }) => payoutId !== null).length;
  expect(members.reduce((sum, { rows }) => sum + rows, 0)).toBe(paidOut);
});

test('PayPal: one search', () => {
  const world = worldOf('paypal/eu');
  expect(fewestRequests(paypalLists(world))).toBe(Math.ceil(world.entries.length / 500));
});

test('Square: three places with two lists each, and every payment in one of them', () => {
  const world = worldOf('square/us');
  const lists = squareLists(world);
  const payments = lists.slice(1, 4).reduce((sum, { rows }) => sum + rows, 0);
  const charges = world.entries.filter(
    ({ movement, createdS }) => movement === 'charge' && createdS * 1_000 < world.endMs,
  );
  expect(payments).toBeGreaterThanOrEqual(charges.length);
  expect(lists.slice(1, 7).filter(({ rows }) => rows === 0)).toHaveLength(2);
});
