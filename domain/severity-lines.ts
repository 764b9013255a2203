// Reads the severities of a rule set as what they are: lines with conditions, of which the first that holds decides. Pure.
import { Decimal } from 'decimal.js';
import type { RuleSet } from './rule-set.ts';
import { type Kind, SEVERITIES, type Severity, type Verdict } from './vocabulary.ts';

export interface SeverityLine {
  readonly severity: Severity;
  /** At least so much money at risk, in major units of whatever currency it is in. */
  readonly atRisk: string | undefined;
  readonly verdict: readonly Verdict[] | undefined;
  readonly kind: readonly Kind[] | undefined;
  readonly olderThanMs: number | undefined;
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

function lineOf(severity: Severity, { atRisk, verdict, kind, olderThan }: Conditions): SeverityLine {
  const conditions = [atRisk, verdict, kind, olderThan].filter((condition) => condition !== undefined).length;
  return { severity, atRisk, verdict, kind, olderThanMs: olderThan, conditions };
}

/** Whether the one holds wherever the other holds. */
export function isAtLeastAsBroad(one: SeverityLine, other: SeverityLine): boolean {
  return (
    (one.atRisk === undefined ||
      (other.atRisk !== undefined && new Decimal(one.atRisk).lessThanOrEqualTo(other.atRisk))) &&
    (one.olderThanMs === undefined || (other.olderThanMs !== undefined && one.olderThanMs <= other.olderThanMs)) &&
    (one.verdict === undefined || (other.verdict?.every((verdict) => one.verdict?.includes(verdict)) ?? false)) &&
    (one.kind === undefined || (other.kind?.every((kind) => one.kind?.includes(kind)) ?? false))
  );
}
