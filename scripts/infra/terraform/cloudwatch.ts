// Do alarms, scaling and the dashboard ask CloudWatch for metrics that somebody publishes, by the dimensions they are published with, and
// does somebody hear each alarm? What nobody publishes looks like calm.
import type { InfraCheck } from '../check.ts';
import { AWS_METRICS } from './aws-metrics.ts';
import { type Instance, instancesOf } from './instances.ts';
import { type Body, blocks, readTerraform, record, resourcesOfType, type TerraformModule } from './tree.ts';

const OURS = /^\$\{(?:var|local)\.metric_namespace\}$/;
const VALUES: Readonly<Record<string, readonly string[]>> = {
  statistic: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
  comparison_operator: [
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ],
  treat_missing_data: ['missing', 'ignore', 'breaching', 'notBreaching'],
};

interface Asked {
  readonly where: string;
  readonly namespace: string;
  readonly metric: string;
  /** Undefined: not written down in a way that can be read here. */
  readonly dimensions: readonly string[] | undefined;
}

export function terraformCloudwatch(root: string): InfraCheck {
  return {
    name: 'terraform cloudwatch',
    run: async () => {
      const modules = [...(await readTerraform(root)).modules.values()];
      const made = new Set(modules.flatMap(metricsMade));
      const alarms = modules.flatMap((module) =>
        resourcesOfType(module, 'aws_cloudwatch_metric_alarm').flatMap((alarm) => instancesOf(module, alarm)),
      );
      const asked = [...alarms.flatMap(askedByAlarm), ...modules.flatMap(askedElsewhere)];
      const problems = [
        ...alarms.flatMap(({ where, body }) => unheard(body).map((problem) => `${where}: ${problem}`)),
        ...asked.flatMap((one) => problemsOf(one, made).map((problem) => `${one.where}: ${problem}`)),
      ];
      return {
        checked: `${alarms.length} alarms, ${asked.length} metrics with their dimensions`,
        problems: [...new Set(problems)],
      };
    },
  };
}

function metricsMade(module: TerraformModule): string[] {
  return resourcesOfType(module, 'aws_cloudwatch_log_metric_filter')
    .flatMap((filter) => instancesOf(module, filter))
    .flatMap(({ body }) => blocks(body.metric_transformation).map(({ name }) => String(name)));
}

function askedByAlarm({ where, body }: Instance): Asked[] {
  if (body.metric_name === undefined) return [];
  const dimensions = typeof body.dimensions === 'string' ? undefined : Object.keys(record(body.dimensions));
  return [{ where, namespace: String(body.namespace), metric: String(body.metric_name), dimensions }];
}

/** By what scales, and by the dashboard's lists: [namespace, metric, dimension, value, …]. */
function askedElsewhere({ path, resources, locals }: TerraformModule): Asked[] {
  const others = resources.filter(
    ({ type }) => type !== 'aws_cloudwatch_metric_alarm' && type !== 'aws_cloudwatch_log_metric_filter',
  );
  return [
    ...others.flatMap(({ body, file, type, name }) => asksIn(body, `${file}: ${type}.${name}`)),
    ...[...locals]
      .filter(([name]) => !name.endsWith('alarms'))
      .flatMap(([name, value]) => asksIn(value, `${path}: local ${name}`)),
  ];
}

function asksIn(value: unknown, where: string): Asked[] {
  if (typeof value === 'string') return loopsIn(value, where);
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap((part) => asksIn(part, where));
  if (Array.isArray(value)) {
    const [namespace, metric, ...rest] = value.map(String);
    const isList = value.every((part) => typeof part === 'string') && metric !== undefined && isNamespace(namespace);
    return isList ? [{ where, namespace: namespace ?? '', metric, dimensions: namesIn(rest) }] : inside;
  }
  const { namespace, metric_name, dimensions } = value as Body;
  if (typeof namespace !== 'string' || typeof metric_name !== 'string') return inside;
  const names = blocks(dimensions).map(({ name }) => String(name));
  return [{ where, namespace, metric: metric_name, dimensions: names }, ...inside];
}

/** [for metric in ["A", "B"] : ["AWS/ECS", metric, "ClusterName", var.x]] */
function loopsIn(text: string, where: string): Asked[] {
  const loops = [...text.matchAll(/for (\w+) in \[([^\]]*)\]\s*:\s*\["([^"]+)",\s*\1\b((?:,\s*"[^"]+",\s*[\w.]+)*)/g)];
  return loops.flatMap(([, , metrics = '', namespace = '', rest = '']) => {
    const dimensions = [...rest.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
    return [...metrics.matchAll(/"([^"]+)"/g)].map(([, metric = '']) => ({ where, namespace, metric, dimensions }));
  });
}

function isNamespace(text: string | undefined): boolean {
  return text !== undefined && (OURS.test(text) || /^[A-Z]\w+\/\w+$/.test(text));
}

function namesIn(pairs: readonly string[]): string[] {
  return pairs.filter((_, at) => at % 2 === 0);
}

function problemsOf({ namespace, metric, dimensions }: Asked, made: ReadonlySet<string>): string[] {
  if (OURS.test(namespace)) {
    if (!made.has(metric)) return [`no metric filter makes ${metric}: one of ${[...made].join(', ')}?`];
    return (dimensions ?? []).map((name) => `${metric} is made without the dimension ${name}`);
  }
  const known = AWS_METRICS.get(namespace);
  if (known === undefined)
    return [`the namespace ${namespace} is not known: look it up, then add it to aws-metrics.ts`];
  if (!known.metrics.has(metric))
    return [`${namespace} has no metric ${metric}: look it up; what is new goes into aws-metrics.ts`];
  const given = dimensions?.toSorted().join(', ');
  if (given === undefined || known.by.some((names) => names.toSorted().join(', ') === given)) return [];
  return [
    `${namespace} ${metric} is not published by the dimensions (${given}), but by ${known.by.map((names) => `(${names.join(', ')})`).join(' or ')}`,
  ];
}

function unheard(body: Body): string[] {
  const actions = body.alarm_actions;
  const values = Object.entries(VALUES).flatMap(([argument, known]) => {
    const value = body[argument];
    return value === undefined || String(value).includes('${') || known.includes(String(value))
      ? []
      : [`${argument} is "${String(value)}", and none of ${known.join(', ')}`];
  });
  return [
    ...(actions === undefined || (Array.isArray(actions) && actions.length === 0)
      ? ['nobody hears it: alarm_actions']
      : []),
    ...(body.actions_enabled === false ? ['nobody hears it: actions_enabled is false'] : []),
    ...values,
  ];
}
