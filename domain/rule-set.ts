// What counts as equal, how long a partner may take, what is ignored and how bad a difference is: data, not code.
// A rule set is identified by the hash of its content, and that hash stands with every run it decided.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { durationMs } from './duration.ts';
import { contradictionsOf } from './rule-set-contradictions.ts';
import { KINDS, SEVERITIES, VERDICTS } from './vocabulary.ts';

// What has no form is said alone: abort keeps it from what looks for contradictions, which reckons with it.
const DECIMAL_WANTED = 'write a positive decimal string such as "0.01"';
const decimal = z.string(DECIMAL_WANTED).regex(/^\d{1,15}(\.\d{1,6})?$/, { error: DECIMAL_WANTED, abort: true });
const RATE_WANTED =
  'write a rate in quotes, such as "1.0842", or one for each day from which it holds: { 2026-01-31: "1.0842" }';
const rate = z.string().regex(/^\d{1,10}(\.\d{1,10})?$/, { error: RATE_WANTED, abort: true });
const kind = z.enum(KINDS);

const toleranceSchema = z.strictObject({
  absolute: z.union([z.literal(0), decimal], 'write 0 or a positive decimal string such as "0.01"').optional(),
  percent: decimal.optional(),
  cap: decimal.optional(),
});

const SHARE_WANTED = 'write a share of the day as a decimal, such as "0.01" for a hundredth';
const REPEATED_MAX = 1_000_000;

const severityConditionSchema = z.strictObject({
  atRisk: decimal.optional(),
  shareOfDay: z
    .string(SHARE_WANTED)
    .regex(/^(0\.\d{0,5}[1-9]|1)$/, SHARE_WANTED)
    .optional(),
  verdict: z.array(z.enum(VERDICTS)).min(1).optional(),
  kind: z.array(kind).min(1).optional(),
  olderThan: durationMs.optional(),
  repeated: z.int().min(2).max(REPEATED_MAX).optional(),
});

const severityRuleSchema = z.union(
  [
    z.enum(SEVERITIES),
    z.partialRecord(z.enum(SEVERITIES), severityConditionSchema).refine((rule) => Object.keys(rule).length === 1, {
      message: 'one severity a line, such as { high: { atRisk: "1000.00" } }',
    }),
  ],
  `write one of ${SEVERITIES.join(', ')}, alone or with atRisk, shareOfDay, verdict, kind, olderThan or repeated: { high: { atRisk: "1000.00" } }`,
);

const partnerSchema = z.enum(['required', 'optional', 'never']);

// How long the other side may take (design section 6).
const DAY_MS = 86_400_000;
const DEFAULT_TIMING_MS = {
  default: DAY_MS,
  payment: 3 * 3_600_000,
  refund: 10 * DAY_MS,
  dispute: 10 * DAY_MS,
  reserve: 180 * DAY_MS,
};

const shape = z.strictObject({
  partner: z
    .partialRecord(kind, partnerSchema)
    .default({})
    .transform((given) => ({ payout: 'never', reserve: 'never', conversion: 'never', ...given }) as const),
  references: z
    .array(z.enum(['processor_id', 'merchant_reference']))
    .min(1)
    .default(['processor_id', 'merchant_reference']),
  groups: z.boolean().default(true),
  tolerance: z.record(z.string(), toleranceSchema).default({}),
  timing: z
    .partialRecord(z.union([kind, z.literal('default')]), durationMs)
    .default({})
    .transform((given) => ({ ...DEFAULT_TIMING_MS, ...given })),
  keyless: z
    .strictObject({ window: durationMs.default(86_400_000), lookBack: durationMs.default(35 * 86_400_000) })
    .default({ window: 86_400_000, lookBack: 35 * 86_400_000 }),
  compare: z
    .array(z.enum(['currency', 'kind', 'amount', 'status', 'fee', 'fx']))
    .default(['currency', 'kind', 'amount', 'status', 'fee']),
  // "EUR/USD": how many dollars a euro is, from the named day until the next. Absent, so that older rule sets keep their hash.
  referenceRates: z.record(z.string(), z.union([rate, z.record(z.string(), rate)], RATE_WANTED)).optional(),
  fxBand: z
    .union(
      [decimal, z.record(z.string(), decimal)],
      'write percent in quotes, such as "2", or by pair: { EUR/USD: "1" }',
    )
    .optional(),
  toleranceAlarm: z.record(z.string(), decimal).optional(),
  ignore: z
    .array(
      z.strictObject({
        when: z.strictObject({
          testMode: z.literal(true).optional(),
          amount: z.literal(0).optional(),
          kind: kind.optional(),
        }),
        reason: z.string().min(1).max(80),
      }),
    )
    .default([
      { when: { testMode: true }, reason: 'test mode' },
      { when: { amount: 0 }, reason: 'nothing moved' },
    ]),
  severity: z
    .array(severityRuleSchema)
    .default([
      { critical: { atRisk: '10000.00' } },
      { critical: { verdict: ['currency_mismatch'] } },
      { high: { atRisk: '1000.00' } },
      { high: { verdict: ['missing_internal', 'missing_processor', 'duplicate_processor'], olderThan: 172_800_000 } },
      { medium: { atRisk: '50.00' } },
      'low',
    ]),
});

export type RuleSet = z.infer<typeof shape>;

export const ruleSetSchema = shape.superRefine((rules, context) => {
  for (const { path, message } of contradictionsOf(rules))
    context.addIssue({ code: 'custom', path: [...path], message });
});

/** The rule set of a company that has not written one. */
export function defaultRuleSet(): RuleSet {
  return ruleSetSchema.parse({});
}

/** SHA-256 over the canonical JSON of the parsed rule set: the same rules have the same hash however they were written. */
export function ruleSetHash(rules: RuleSet): string {
  return hash('sha256', canonicalJson(rules), 'hex');
}

/** JSON with sorted keys and no white space; bigint as a decimal string. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
