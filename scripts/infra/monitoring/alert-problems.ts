// What is wrong with the alert rules: over something that no worker shows, without a run book, or without a test that sees it fire
// and keep silent.
import { z } from 'zod';
import { expressionProblems } from './known-metrics.ts';

const ruleSchema = z.strictObject({
  alert: z.string().regex(/^Recon[A-Za-z]+$/),
  expr: z.string().min(1),
  for: z.string().optional(),
  labels: z.strictObject({ urgency: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string().min(1), runbook: z.string().min(1) }),
});
const rulesSchema = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(ruleSchema).min(1) })).min(1),
});
const testsSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});

export interface AlertFiles {
  /** Parsed YAML of alerts.yml and alerts.test.yml. */
  readonly rules: unknown;
  readonly tests: unknown;
  /** By path, as `runbook` names them. */
  readonly docs: ReadonlyMap<string, string>;
}

export interface AlertReading {
  readonly alerts: number;
  readonly problems: readonly string[];
}

export function readAlerts({ rules, tests, docs }: AlertFiles): AlertReading {
  const parsed = rulesSchema.safeParse(rules);
  const tested = testsSchema.safeParse(tests);
  if (!parsed.success || !tested.success) {
    const issues = [...(parsed.error?.issues ?? []), ...(tested.error?.issues ?? [])];
    return { alerts: 0, problems: issues.map(({ path, message }) => `alerts: ${path.join('.')}: ${message}`) };
  }
  const all = parsed.data.groups.flatMap((group) => group.rules);
  const cases = tested.data.tests.flatMap((test) => test.alert_rule_test);
  const problems = all.flatMap((rule) =>
    [
      ...expressionProblems(rule.expr),
      ...runbookProblems(rule.annotations.runbook, docs),
      ...(all.filter(({ alert }) => alert === rule.alert).length > 1 ? ['there is another one of this name'] : []),
      ...caseProblems(cases.filter(({ alertname }) => alertname === rule.alert)),
    ].map((problem) => `alert ${rule.alert}: ${problem}`),
  );
  const unknown = cases.filter(({ alertname }) => !all.some(({ alert }) => alert === alertname));
  return {
    alerts: all.length,
    problems: [
      ...problems,
      ...unknown.map(({ alertname }) => `a test names the alert ${alertname}, which is not there`),
    ],
  };
}

function runbookProblems(runbook: string, docs: AlertFiles['docs']): string[] {
  const [path = '', anchor] = runbook.split('#');
  const text = docs.get(path);
  if (text === undefined || anchor === undefined) return [`its run book ${runbook} is not there`];
  return anchorsOf(text).has(anchor) ? [] : [`its run book ${path} has no heading for #${anchor}`];
}

/** As GitHub makes them of headings. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function caseProblems(cases: readonly { readonly exp_alerts: readonly unknown[] }[]): string[] {
  return [
    ...(cases.some(({ exp_alerts }) => exp_alerts.length > 0) ? [] : ['no test sees it fire']),
    ...(cases.some(({ exp_alerts }) => exp_alerts.length === 0) ? [] : ['no test sees it keep silent']),
  ];
}
