import { expect, test } from '@jest/globals';
import { ruleChanges } from './rule-changes.ts';

test('a change is said as deep as it goes, with durations as they are typed, and what stayed is not', () => {
  const changes = ruleChanges([
    {
      part: 'timing',
      from: { refund: 864_000_000, payment: 10_800_000 },
      to: { refund: 864_000_000, payment: 21_600_000 },
    },
    { part: 'tolerance', from: { EUR: { absolute: '0.01', cap: '1' } }, to: { EUR: { absolute: '9.00' } } },
    { part: 'groups', from: true, to: false },
    { part: 'compare', from: ['amount', 'fee'], to: ['amount'] },
    { part: 'fxBand', to: '2' },
  ]);
  expect(changes).toEqual([
    { path: 'timing payment', from: '3h', to: '6h' },
    { path: 'tolerance EUR absolute', from: '0.01', to: '9.00' },
    { path: 'tolerance EUR cap', from: '1', to: '–' },
    { path: 'groups', from: 'true', to: 'false' },
    { path: 'compare', from: '["amount","fee"]', to: '["amount"]' },
    { path: 'fxBand', from: '–', to: '2' },
  ]);
});
