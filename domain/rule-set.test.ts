import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { canonicalJson, defaultRuleSet, type RuleSet, ruleSetHash, ruleSetSchema } from './rule-set.ts';

const DAY_MS = 86_400_000;

// The shape that the documentation shows.
const EXAMPLE = `
partner: { payout: never, reserve: never, conversion: never, fee: required }
references: [processor_id, merchant_reference]
groups: true
tolerance:
  default: { absolute: 0 }
  EUR: { absolute: "0.01", percent: "0.1", cap: "1.00" }
timing: { default: 1d, payment: 3h, refund: 10d, dispute: 10d, reserve: 180d }
keyless: { window: 1d, lookBack: 35d }
compare: [currency, kind, amount, status, fee]
ignore:
  - { when: { testMode: true }, reason: test mode }
  - { when: { amount: 0 }, reason: nothing moved }
severity:
  - { critical: { atRisk: "10000.00" } }
  - { critical: { verdict: [currency_mismatch] } }
  - { high: { atRisk: "1000.00" } }
  - { high: { verdict: [missing_internal, missing_processor, duplicate_processor], olderThan: 2d } }
  - { medium: { atRisk: "50.00" } }
  - low
`;

function problemsOf(rules: unknown): string[] {
  const issues = ruleSetSchema.safeParse(rules).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('who writes no rules gets those of the design', () => {
  expect(defaultRuleSet()).toEqual({
    partner: { payout: 'never', reserve: 'never', conversion: 'never' },
    references: ['processor_id', 'merchant_reference'],
    groups: true,
    tolerance: {},
    timing: {
      default: DAY_MS,
      payment: 3 * 3_600_000,
      refund: 10 * DAY_MS,
      dispute: 10 * DAY_MS,
      reserve: 180 * DAY_MS,
    },
    keyless: { window: DAY_MS, lookBack: 35 * DAY_MS },
    compare: ['currency', 'kind', 'amount', 'status', 'fee'],
    ignore: [
      { when: { testMode: true }, reason: 'test mode' },
      { when: { amount: 0 }, reason: 'nothing moved' },
    ],
    severity: [
      { critical: { atRisk: '10000.00' } },
      { critical: { verdict: ['currency_mismatch'] } },
      { high: { atRisk: '1000.00' } },
      { high: { verdict: ['missing_internal', 'missing_processor', 'duplicate_processor'], olderThan: 2 * DAY_MS } },
      { medium: { atRisk: '50.00' } },
      'low',
    ],
  });
});

test('the example of the documentation is accepted, and says what the defaults say but for EUR and fees', () => {
  const example = ruleSetSchema.parse(parseYaml(EXAMPLE));
  expect(example).toEqual({
    ...defaultRuleSet(),
    partner: { payout: 'never', reserve: 'never', conversion: 'never', fee: 'required' },
    tolerance: { default: { absolute: 0 }, EUR: { absolute: '0.01', percent: '0.1', cap: '1.00' } },
  });
});

test('what is written replaces its own default and leaves the others', () => {
  const rules = ruleSetSchema.parse({
    timing: { refund: '2d' },
    partner: { payout: 'required' },
    keyless: { window: '2d' },
  });
  expect(rules.timing).toEqual({ ...defaultRuleSet().timing, refund: 2 * DAY_MS });
  expect(rules.partner).toEqual({ payout: 'required', reserve: 'never', conversion: 'never' });
  expect(rules.keyless).toEqual({ window: 2 * DAY_MS, lookBack: 35 * DAY_MS });
});

test('everything that contradicts itself is named at once', () => {
  expect(
    problemsOf({
      tolerance: {
        default: { absolute: '0.01', percent: '1' },
        EURO: { absolute: '1' },
        USD: { absolute: '0.001' },
        JPY: { absolute: '0.5', percent: '1', cap: '0.1' },
        EUR: { absolute: '2.00', percent: '1', cap: '1.00' },
        GBP: { cap: '1.00' },
        chf: { absolute: '0.05' },
        CAD: { percent: '100', cap: '5.00' },
      },
      references: ['processor_id', 'processor_id'],
      compare: ['status', 'fx'],
      keyless: { window: '40d' },
      ignore: [
        { when: {}, reason: 'everything' },
        { when: { kind: 'fee' }, reason: 'fees' },
        { when: { kind: 'fee', amount: 0 }, reason: 'free' },
      ],
      severity: ['low', { critical: {} }, { high: { atRisk: '1.00' } }],
    }),
  ).toEqual([
    'tolerance.default: an amount needs its currency: write it under USD, EUR …; only percent may be the default',
    'tolerance.EURO: is not an ISO 4217 currency',
    'tolerance.USD: "0.001" has 3 decimals, USD has 2',
    'tolerance.JPY: "0.5" has 1 decimals, JPY has 0',
    'tolerance.JPY: "0.1" has 1 decimals, JPY has 0',
    'tolerance.JPY: cap "0.1" is below absolute "0.5"',
    'tolerance.EUR: cap "1.00" is below absolute "2.00"',
    'tolerance.GBP: cap limits percent, which is not set',
    'tolerance.chf: is not an ISO 4217 currency: write CHF',
    'tolerance.CAD: percent "100" accepts any amount for any other: write one below 100',
    'compare: currency is always compared: list it',
    'compare: kind is always compared: list it',
    'compare: amount is always compared: list it',
    'references: processor_id is listed twice: once is enough',
    'keyless.window: is longer than lookBack, so that no row is ever looked for that far: lengthen lookBack, or shorten it',
    'compare: fx needs referenceRates, which are not set: write { EUR/USD: "1.0842" }',
    'ignore.0.when: would ignore every row: say which, such as { testMode: true }',
    'ignore.2: never holds: what it names is ignored by line 2 ("fees") already; put it above, or remove it',
    'severity: the last line must be a plain severity',
    'severity.0: always holds: no line below it is ever read',
    'severity.1: always holds: no line below it is ever read',
  ]);
});

test.each([
  [
    [{ high: { atRisk: '1000.00' } }, { critical: { atRisk: '10000.00' } }, 'low'],
    'severity.1: never holds: line 1 (high)',
  ],
  [
    [
      { high: { verdict: ['missing_internal', 'ambiguous'] } },
      { low: { verdict: ['ambiguous'], olderThan: '2d' } },
      'low',
    ],
    'severity.1: never holds: line 1 (high)',
  ],
  [[{ low: { verdict: ['matched_late', 'ambiguous'] } }, 'low'], 'severity.0: matched_late is no difference'],
])('a severity that can never be is refused: %j', (severity, problem) => {
  const problems = problemsOf({ severity });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test.each([
  [[{ high: { shareOfDay: '0.01' } }, { low: { shareOfDay: '0.5' } }, 'low'], 'severity.1: never holds'],
  [[{ high: { repeated: 3 } }, { low: { repeated: 4, kind: ['payment'] } }, 'low'], 'severity.1: never holds'],
  [[{ high: { shareOfDay: '1.5' } }, 'low'], 'severity.0.high.shareOfDay: write a share'],
  [[{ high: { shareOfDay: '0' } }, 'low'], 'severity.0.high.shareOfDay: write a share'],
  [[{ high: { repeated: 1 } }, 'low'], 'severity.0.high.repeated'],
])('a share is above nothing and at most the day, a repetition is at least two: %j', (severity, problem) => {
  expect(problemsOf({ severity })).toEqual([expect.stringContaining(problem)]);
});

test('severities that only overlap are accepted', () => {
  const severity = [
    { high: { atRisk: '1000.00', kind: ['payment'] } },
    { critical: { atRisk: '10000.00' } },
    { medium: { verdict: ['ambiguous'], olderThan: '2d' } },
    { low: { verdict: ['ambiguous', 'missing_internal'] } },
    'low',
  ];
  expect(problemsOf({ severity })).toEqual([]);
});

test('an empty list of severities decides nothing and is refused', () => {
  expect(problemsOf({ severity: [] })).toEqual(['severity: the last line must be a plain severity']);
});

test.each([
  [{ tolerance: { default: { cap: '1.00', percent: '1' } } }, 'tolerance.default: an amount needs its currency'],
  [{ tolerance: { USD: { absolute: 0.01 } } }, 'tolerance.USD.absolute: write 0 or a positive decimal string'],
  [{ tolerance: { USD: { absolute: '-0.01' } } }, 'tolerance.USD.absolute: write 0 or a positive decimal string'],
  [{ tolerance: { USD: { percent: 'all' } } }, 'tolerance.USD.percent: write a positive decimal string'],
  [{ tolerance: { USD: { percent: '1', cap: 'none' } } }, 'tolerance.USD.cap: write a positive decimal string'],
  [{ tolerance: { USD: { relative: '1' } } }, 'tolerance.USD: Unrecognized key: "relative"'],
  [{ tolerances: {} }, ': Unrecognized key: "tolerances"'],
  [{ partner: { payment: 'maybe' } }, 'partner.payment: Invalid option: expected one of "required"|"optional"|"never"'],
  [{ partner: { gift: 'never' } }, 'partner: Unrecognized key: "gift"'],
  [{ references: [] }, 'references: Too small'],
  [{ references: ['email'] }, 'references.0: Invalid option'],
  [{ timing: { payment: 3 } }, 'timing.payment: write a number and s, m, h or d'],
  [{ timing: { payment: '3 hours' } }, 'timing.payment: write a number and s, m, h or d'],
  [{ ignore: [{ when: { testMode: false }, reason: 'x' }] }, 'ignore.0.when.testMode: Invalid input: expected true'],
  [{ ignore: [{ when: { amount: 0 }, reason: '' }] }, 'ignore.0.reason: Too small'],
  [
    { ignore: [{ when: { kind: 'fee', reference: 'A-1' }, reason: 'x' }] },
    'ignore.0.when: Unrecognized key: "reference"',
  ],
  [{ severity: ['urgent'] }, 'severity.0: write one of low, medium, high, critical, alone or with atRisk'],
  [{ severity: [{ high: { atRisk: 1000 } }, 'low'] }, 'severity.0: write one of low, medium, high, critical'],
  [{ severity: [{ high: { verdict: [] } }, 'low'] }, 'severity.0.high.verdict: Too small'],
  [{ severity: [{ high: { kind: ['fee'] }, low: { kind: ['fee'] } }, 'low'] }, 'severity.0: one severity a line'],
  [{ keyless: { window: '1d', near: true } }, 'keyless: Unrecognized key: "near"'],
  [[], ': Invalid input: expected object'],
  ['groups', ': Invalid input: expected object'],
])('refuses %j', (rules, problem) => {
  const problems = problemsOf(rules);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test('every wrong value is named at once', () => {
  expect(problemsOf({ groups: 'yes', timing: { fee: '1' }, references: ['x'], nonsense: 1 })).toHaveLength(4);
});

test('the same rules have the same hash in whatever order their keys are written', () => {
  const example = parseYaml(EXAMPLE) as Record<string, unknown>;
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, inner]) => [key, reversed(inner)]),
    );
  };
  const hash = ruleSetHash(ruleSetSchema.parse(example));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(ruleSetHash(ruleSetSchema.parse(reversed(example)))).toBe(hash);
});

test('the same rules have the same hash whether a default is written out or not', () => {
  const spelt = { groups: true, timing: { default: '24h', payment: '180m' }, partner: { payout: 'never' } };
  expect(ruleSetHash(ruleSetSchema.parse(spelt))).toBe(ruleSetHash(defaultRuleSet()));
});

test('the hash of the default rules is the one that stands with the runs they decided', () => {
  expect(ruleSetHash(defaultRuleSet())).toBe('4a8d70d29496248dafc1a39d2c86a2d38b86e480783276535308bce7ee4314c0');
});

test('another rule is another hash', () => {
  const variants: RuleSet[] = [
    defaultRuleSet(),
    ...[
      { groups: false },
      { references: ['merchant_reference', 'processor_id'] },
      { references: ['processor_id'] },
      { tolerance: { USD: { absolute: '0.01' } } },
      { tolerance: { EUR: { absolute: '0.01' } } },
      { timing: { payment: '4h' } },
      { partner: { fee: 'optional' } },
      { compare: ['currency', 'kind', 'amount', 'status'] },
      { ignore: [] },
      { keyless: { window: '2d' } },
      { severity: ['low'] },
      { severity: ['high'] },
    ].map((rules) => ruleSetSchema.parse(rules)),
  ];
  expect(new Set(variants.map(ruleSetHash)).size).toBe(variants.length);
});

test('canonical JSON sorts keys at every depth, keeps lists in order and writes big numbers as text', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }, 2], a: 12n, A: 'x', none: undefined })).toBe(
    '{"A":"x","a":"12","b":[{"c":null,"d":1},2]}',
  );
});

test('canonical JSON reads back as what was written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
    ),
  );
});
