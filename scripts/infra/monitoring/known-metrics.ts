// Which metrics there are, with their labels: the worker's own by its catalog, the SDK's by the list that a test holds to a real
// worker, and the few that Prometheus makes of every scrape.
import { METRIC_CATALOG } from '../../../worker/monitoring/metric-catalog.ts';
import { readExpression } from './promql.ts';
import { SDK_METRICS } from './sdk-metric-names.ts';

/** Put on every series by the scrape. */
const SCRAPE_LABELS = ['job', 'instance'];

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
  const wrong = selectors.flatMap(({ metric, labels }) => {
    const known = KNOWN.get(metric);
    if (known === undefined) return [`no worker shows a metric ${metric === '' ? 'without a name' : metric}`];
    return labels.filter((label) => !known.includes(label)).map((label) => `${metric} has no label ${label}`);
  });
  if (wrong.length > 0) return wrong;
  const possible = new Set(selectors.flatMap(({ metric }) => KNOWN.get(metric) ?? []));
  return grouped.filter((label) => !possible.has(label)).map((label) => `nothing in "${expr}" has the label ${label}`);
}
