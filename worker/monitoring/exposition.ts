// Writes metrics in Prometheus' text format, version 0.0.4. Must never write what the catalog does not know, nor more series of a
// metric than the catalog allows: a monitoring that drowns in labels is worse than none.
import { METRIC_CATALOG, type MetricFamily } from './metric-catalog.ts';

export interface Sample {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Text where a number would not be exact: an amount. */
  readonly value: number | string;
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const LABEL_CHARS_MAX = 120;
const VALUE = /^-?\d+(\.\d+)?$/;

/** @throws RangeError naming the metric that is unknown, has other labels, a series twice, or more series than it may */
export function renderMetrics(samples: readonly Sample[], catalog: readonly MetricFamily[] = METRIC_CATALOG): string {
  const byName = Map.groupBy(samples, ({ name }) => name);
  for (const name of byName.keys()) {
    if (!catalog.some((family) => family.name === name))
      throw new RangeError(`${name} is not in the catalog of metrics`);
  }
  return catalog.map((family) => renderFamily(family, byName.get(family.name) ?? [])).join('');
}

function renderFamily(family: MetricFamily, samples: readonly Sample[]): string {
  const { name, type, help, seriesMax } = family;
  if (samples.length === 0) return '';
  if (samples.length > seriesMax)
    throw new RangeError(`${name} has ${samples.length} series, and may have ${seriesMax}`);
  const lines = samples.map((sample) => `${name}${labelsOf(family, sample)} ${valueText(sample)}`);
  const series = new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' '))));
  if (series.size < lines.length) throw new RangeError(`${name} has a series twice`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

function labelsOf({ name, labels }: MetricFamily, sample: Sample): string {
  const given = sample.labels ?? {};
  if (Object.keys(given).sort().join() !== [...labels].sort().join()) {
    throw new RangeError(
      `${name} has the labels ${labels.join(', ') || 'none'}, and not ${Object.keys(given).join(', ')}`,
    );
  }
  if (labels.length === 0) return '';
  return `{${labels.map((label) => `${label}="${escaped(given[label] ?? '')}"`).join(',')}}`;
}

// A value that is not finite says nothing that an alert could compare.
function valueText({ name, value }: Sample): string {
  const text = typeof value === 'number' ? String(value) : value;
  const isNumber = typeof value === 'number' ? Number.isFinite(value) : VALUE.test(value);
  if (!isNumber) throw new RangeError(`${name} is ${text}, which is no number`);
  return text;
}

function escaped(text: string): string {
  const short = text.length > LABEL_CHARS_MAX ? text.slice(0, LABEL_CHARS_MAX) : text;
  return short.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
