// Reads a PromQL expression with the grammar of the Prometheus project: which metrics it asks for, by which labels. Evaluates
// nothing.
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels that the results are grouped by or joined on. */
  readonly grouped: readonly string[];
}

// Grafana puts a duration in their place.
const GRAFANA_DURATION = /\$__(?:rate_interval|interval|range)/g;

/** @throws SyntaxError naming the place */
export function readExpression(expr: string): Expression {
  const text = expr.replaceAll(GRAFANA_DURATION, '5m');
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  let within: 'selector' | 'grouping' = 'selector';
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new SyntaxError(`"${expr}" is not PromQL at character ${from}`);
      const part = text.slice(from, to);
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      if (name === 'VectorSelector') within = 'selector';
      if (name === 'GroupingLabels') within = 'grouping';
      const selector = selectors.at(-1);
      if (name === 'Identifier' && selector !== undefined) selector.metric = part;
      if (name !== 'LabelName') return;
      if (within === 'grouping') grouped.push(part);
      else selector?.labels.push(part);
    },
  });
  return { selectors, grouped };
}
