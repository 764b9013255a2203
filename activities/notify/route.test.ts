import { expect, test } from '@jest/globals';
import { audienceOf, routeTakes, severityOfTone } from './route.ts';

const to = ['ops@example.com'];

test('a route gets what is at least as bad as it asks for', () => {
  expect(routeTakes({ to, from: 'high' }, 'critical')).toBe(true);
  expect(routeTakes({ to, from: 'high' }, 'high')).toBe(true);
  expect(routeTakes({ to, from: 'high' }, 'medium')).toBe(false);
});

test('only a route that starts at low is told of a clean run', () => {
  expect(routeTakes({ to, from: 'low' }, severityOfTone('clean'))).toBe(true);
  expect(routeTakes({ to, from: 'medium' }, severityOfTone('clean'))).toBe(false);
});

test('a day that is not decided is looked after like a medium difference', () => {
  expect(severityOfTone('inconclusive')).toBe('medium');
});

test('the same people are the same audience, however they are written', () => {
  expect(audienceOf({ to: [' Ops@Example.com', 'b@example.com', 'ops@example.com'], from: 'low' })).toBe(
    'b@example.com, ops@example.com',
  );
});
