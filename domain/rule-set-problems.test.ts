import { expect, test } from '@jest/globals';
import { defaultRuleSet, ruleSetSchema } from './rule-set.ts';
import type { RuleProblem } from './rule-set-contradictions.ts';
import { ruleSetProblems } from './rule-set-problems.ts';
import { warningsOf } from './rule-set-warnings.ts';

const said = (problems: readonly RuleProblem[]) => problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
const warned = (given: object) => said(warningsOf(ruleSetSchema.parse(given)));

test('what has no form does not hide what contradicts itself elsewhere, in the same section too', () => {
  const problems = said(
    ruleSetProblems({
      tolerance: { USD: { absolute: 0.01 }, eur: { absolute: '0.01' } },
      timing: { payment: '-3h' },
      keyless: { window: '40d' },
      groups: 'yes',
      tolerances: {},
      severity: ['low', 'high'],
    }),
  );
  expect(problems).toHaveLength(7);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^tolerance\.USD\.absolute: write 0 or a positive/),
      expect.stringMatching(/^timing\.payment: write a number and s, m, h or d/),
      expect.stringMatching(/^groups: /),
      expect.stringMatching(/Unrecognized key: "tolerances"/),
      'tolerance.eur: is not an ISO 4217 currency: write EUR',
      expect.stringMatching(/^keyless\.window: is longer than lookBack/),
      'severity.0: always holds: no line below it is ever read',
    ]),
  );
});

test('what is no object at all has one problem', () => {
  for (const given of ['groups', [], 7]) expect(ruleSetProblems(given)).toHaveLength(1);
});

test('who writes nothing has no problem and no warning', () => {
  expect([ruleSetProblems({}), warningsOf(defaultRuleSet())]).toEqual([[], []]);
});

test.each([
  [{ tolerance: { USD: {} } }, 'tolerance.USD: says nothing'],
  [{ tolerance: { default: { percent: '0' } } }, 'tolerance.default: 0 percent is no tolerance'],
  [
    { tolerance: { USD: { percent: '6', cap: '1.00' } } },
    'tolerance.USD: 6 percent is much: of 1,000.00 it accepts a difference of 60.00',
  ],
  [{ tolerance: { USD: { percent: '1' } } }, 'tolerance.USD: percent without cap'],
  [{ tolerance: { USD: { percent: '1', cap: '0' } } }, 'tolerance.USD: cap 0 switches percent off'],
  [
    { tolerance: { USD: { absolute: '60.00' } } },
    'tolerance.USD: accepts a difference of 60.00, which severity counts as serious from 50.00',
  ],
  [{ partner: { payment: 'never' } }, 'partner.payment: payments are never compared'],
  [{ timing: { payout: '5d' } }, 'timing.payout: has no effect'],
  [{ timing: { payment: '0s' } }, 'timing.payment: leaves no time'],
  [{ timing: { refund: '400d' } }, 'timing.refund: is longer than a year'],
  [{ references: ['merchant_reference', 'processor_id'] }, 'references: processor ids are stronger evidence'],
  [{ references: ['merchant_reference'] }, 'references: records that name a processor id are not matched by it'],
  [{ groups: false }, 'groups: sums are off'],
  [{ keyless: { window: '0s' } }, 'keyless.window: leaves no time'],
  [{ compare: ['currency', 'kind', 'amount', 'fee'] }, 'compare: status is not compared'],
  [{ ignore: [] }, 'ignore: rows of test mode are not ignored'],
  [
    {
      ignore: [
        { when: { testMode: true }, reason: 'test' },
        { when: { kind: 'fee' }, reason: 'fees' },
      ],
    },
    'ignore.1: ignores every fee that finds no partner: none is ever called missing; partner: { fee: optional } says it better',
  ],
  [{ severity: [{ high: { verdict: ['not_in_bank'] } }, 'low'] }, 'severity.0: not_in_bank never comes'],
])('what is legal and odd is said with its consequence: %j', (given, warning) => {
  const found = warned(given);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(warning);
});

test('a currency that is listed does not get the percent of default', () => {
  expect(warned({ tolerance: { default: { percent: '1' }, USD: { absolute: '0.01' } } })).toContain(
    'tolerance.USD: does not get the 1 percent of default: a currency that is listed has only what stands under it',
  );
});
