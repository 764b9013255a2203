import { expect, test } from '@jest/globals';
import { audienceOf, audiencesOf, routeTakes, severityOfTone } from './route.ts';

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

test('a route that takes the digest only is told nothing at once', () => {
  expect(routeTakes({ to, from: 'low', digest: 'only' }, 'critical')).toBe(false);
  expect(routeTakes({ to, from: 'low', digest: true }, 'critical')).toBe(true);
});

test('a day that is not decided is looked after like a medium difference', () => {
  expect(severityOfTone('inconclusive')).toBe('medium');
});

test('the same people are the same audience, however they are written', () => {
  expect(audienceOf({ to: [' Ops@Example.com', 'b@example.com', 'ops@example.com'] })).toEqual({
    channel: 'mail',
    name: 'b@example.com, ops@example.com',
  });
});

test('a webhook is known by its name, and whoever is named twice is told once', () => {
  const webhook = { name: 'erp', url: 'https://erp.example.com/hook' };
  expect(audiencesOf([{ webhook }, { webhook }, { to: [] }, { slack: { name: 'ops' } }])).toEqual([
    { channel: 'webhook', name: 'erp' },
    { channel: 'slack', name: 'ops' },
  ]);
});
