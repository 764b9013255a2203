// Reads a PromQL expression with the grammar of the Prometheus project: which metrics it asks for, by which labels. Evaluates
// nothing.
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
  /** Values that a label is compared with, by =, != or a list of words by =~ or !~. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
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
  const selectors: { metric: string; labels: string[]; values: { label: string; value: string }[] }[] = [];
  const grouped: string[] = [];
  let compared: string | undefined;
  let within: 'selector' | 'grouping' = 'selector';
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new SyntaxError(`"${expr}" is not PromQL at character ${from}`);
      const part = text.slice(from, to);
      if (name === 'VectorSelector') selectors.push({ metric: '', labels: [], values: [] });
      if (name === 'VectorSelector') within = 'selector';
      if (name === 'GroupingLabels') within = 'grouping';
      const selector = selectors.at(-1);
      if (name === 'Identifier' && selector !== undefined) selector.metric = part;
      if (name === 'MatchOp') compared = selector?.labels.at(-1);
      if (name === 'StringLiteral' && compared !== undefined) {
        const label = compared;
        compared = undefined;
        // An expression that is more than a list of words stands for whatever it finds.
        const words = part
          .slice(1, -1)
          .split('|')
          .filter((word) => /^[\w-]+$/.test(word));
        selector?.values.push(...words.map((value) => ({ label, value })));
      }
      if (name !== 'LabelName') return;
      if (within === 'grouping') grouped.push(part);
      else selector?.labels.push(part);
    },
  });
  return { selectors, grouped };
}
