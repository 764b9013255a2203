// Which metrics there are, with their labels: the worker's own by its catalog, the SDK's by the list that a test holds to a real
// worker, and the few that Prometheus makes of every scrape.
import { SEVERITIES, SIDES } from '../../../domain/vocabulary.ts';
import { CHANNELS, DAY_RESULTS, METRIC_CATALOG, OPEN_VERDICTS } from '../../../worker/monitoring/metric-catalog.ts';
import { readExpression } from './promql.ts';
import { SDK_METRICS } from './sdk-metric-names.ts';

/** Put on every series by the scrape. */
const SCRAPE_LABELS = ['job', 'instance'];
/** The jobs that alerts and dashboards name. */
export const SCRAPE_JOBS = ['recon', 'recon-temporal'];

/** Of the labels whose values are a closed list. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['severity', SEVERITIES],
  ['verdict', OPEN_VERDICTS],
  ['side', SIDES],
  ['result', DAY_RESULTS],
  ['channel', CHANNELS],
  ['job', SCRAPE_JOBS],
]);

const KNOWN: ReadonlyMap<string, readonly string[]> = new Map(
  [...METRIC_CATALOG, ...SDK_METRICS, { name: 'up', labels: [] }].map(({ name, labels }) => [
    name,
    [...labels, ...SCRAPE_LABELS],
  ]),
);

/** What of an expression would never give a result. Empty: everything it asks for is there. */
export function expressionProblems(expr: string): string[] {
  let expression: ReturnType<typeof readExpression>;
  try {
    expression = readExpression(expr);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const { selectors, grouped } = expression;
  if (selectors.length === 0) return [`"${expr}" asks for no metric`];
  const wrong = selectors.flatMap(({ metric, labels, values }) => {
    const known = KNOWN.get(metric);
    if (known === undefined) return [`no worker shows a metric ${metric === '' ? 'without a name' : metric}`];
    const never = values.filter(({ label, value }) => VALUES.get(label)?.includes(value) === false);
    return [
      ...labels.filter((label) => !known.includes(label)).map((label) => `${metric} has no label ${label}`),
      ...never.map(({ label, value }) => `${label} is never "${value}": one of ${VALUES.get(label)?.join(', ')}`),
    ];
  });
  if (wrong.length > 0) return wrong;
  const possible = new Set(selectors.flatMap(({ metric }) => KNOWN.get(metric) ?? []));
  return grouped.filter((label) => !possible.has(label)).map((label) => `nothing in "${expr}" has the label ${label}`);
}
