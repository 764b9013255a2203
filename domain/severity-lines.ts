// Reads the severities of a rule set as what they are: lines with conditions, of which the first that holds decides. Pure.
import { Decimal } from 'decimal.js';
import type { RuleSet } from './rule-set.ts';
import { type Kind, SEVERITIES, type Severity, type Verdict } from './vocabulary.ts';

export interface SeverityLine {
  readonly severity: Severity;
  /** At least so much money at risk, in major units of whatever currency it is in. */
  readonly atRisk: string | undefined;
  /** At least this share of what the difference's own day moved in its currency, on the side with more. */
  readonly shareOfDay: string | undefined;
  readonly verdict: readonly Verdict[] | undefined;
  readonly kind: readonly Kind[] | undefined;
  readonly olderThanMs: number | undefined;
  /** At least so many are open of its verdict, kind and currency. */
  readonly repeated: number | undefined;
  /** How many of the conditions are set; none holds always. */
  readonly conditions: number;
}

export function severityLines(severities: RuleSet['severity']): SeverityLine[] {
  return severities.map((rule) => {
    if (typeof rule === 'string') return lineOf(rule, {});
    // One a line: a second is refused by the schema, which has no word for it here.
    const severity = SEVERITIES.find((word) => rule[word] !== undefined) ?? 'low';
    return lineOf(severity, rule[severity] ?? {});
  });
}

type Conditions = NonNullable<Exclude<RuleSet['severity'][number], string>[Severity]>;

function lineOf(severity: Severity, conditions: Conditions): SeverityLine {
  const { atRisk, shareOfDay, verdict, kind, olderThan, repeated } = conditions;
  const set = [atRisk, shareOfDay, verdict, kind, olderThan, repeated].filter((condition) => condition !== undefined);
  return { severity, atRisk, shareOfDay, verdict, kind, olderThanMs: olderThan, repeated, conditions: set.length };
}

/** Whether the one holds wherever the other holds. */
export function isAtLeastAsBroad(one: SeverityLine, other: SeverityLine): boolean {
  return (
    isAtMost(one.atRisk, other.atRisk) &&
    isAtMost(one.shareOfDay, other.shareOfDay) &&
    isAtMost(one.olderThanMs, other.olderThanMs) &&
    isAtMost(one.repeated, other.repeated) &&
    (one.verdict === undefined || (other.verdict?.every((verdict) => one.verdict?.includes(verdict)) ?? false)) &&
    (one.kind === undefined || (other.kind?.every((kind) => one.kind?.includes(kind)) ?? false))
  );
}

/** Of two lower bounds, undefined being none. */
function isAtMost(one: string | number | undefined, other: string | number | undefined): boolean {
  return one === undefined || (other !== undefined && new Decimal(one).lessThanOrEqualTo(other));
}
