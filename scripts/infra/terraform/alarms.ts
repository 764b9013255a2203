// Does every alarm and event tell somebody, say what is wrong, look back no longer than CloudWatch can, and lead to a paragraph of the run
// book; and is everything looked at that is counted? That their metrics are there: cloudwatch.ts.
import { readFile } from 'node:fs/promises';
import type { InfraCheck } from '../check.ts';
import { type Body, blocks, readTerraform, record, resourcesOfType, type TerraformModule, textsIn } from './tree.ts';

const RUN_BOOK = 'docs/alerts.md';
const SECTION = '## Alarms of AWS';
// As Terraform writes it.
const TOPIC = `\${aws_sns_topic.alarms.arn}`;
const PARAGRAPH = `\${local.run_book}#\${each.key}`;

export function terraformAlarms(root: string): InfraCheck {
  return {
    name: 'terraform alarms',
    run: async () => {
      const { modules } = await readTerraform(root);
      const [module, worker, stack] = ['observability', 'worker', 'stack'].map((name) =>
        modules.get(`modules/${name}`),
      );
      if (module === undefined || worker === undefined || stack === undefined) return nothing;
      const alarms = entriesOf(module, /_alarms$/);
      const events = entriesOf(module, /^events$/);
      const filters = Object.keys(record(module.locals.get('filters')));
      const runBook = await readFile(RUN_BOOK, 'utf8');
      const names = [...alarms, ...events].map(({ name }) => name);
      return {
        checked: `${alarms.length} alarms, ${events.length} events, the run book of each`,
        problems: [
          ...alarms.flatMap(problemsOfAlarm),
          ...tellsSomebody(module),
          ...runBookProblems(names, runBook),
          ...unused(filters, [
            ...textsIn(alarms),
            ...textsIn(module.locals.get('widgets')),
            ...textsIn(worker.resources),
          ]),
          ...otherNamespace(stack),
        ],
      };
    },
  };
}

const nothing = { checked: 'nothing', problems: ['there are no modules observability, worker and stack'] };

interface Entry {
  readonly name: string;
  readonly body: Body;
}

function entriesOf({ locals }: TerraformModule, which: RegExp): Entry[] {
  return [...locals]
    .filter(([local]) => which.test(local))
    .flatMap(([, found]) => Object.entries(record(found)).map(([name, body]) => ({ name, body: record(body) })));
}

const SPAN_SECONDS_MAX = 86_400;
const LONG_SPAN_SECONDS_MAX = 7 * SPAN_SECONDS_MAX;
const LONG_PERIOD_SECONDS = 3_600;

function problemsOfAlarm({ name, body }: Entry): string[] {
  const [period, periods] = [Number(body.period), Number(body.periods)];
  const most = period >= LONG_PERIOD_SECONDS ? LONG_SPAN_SECONDS_MAX : SPAN_SECONDS_MAX;
  const problems = [
    ...(period * periods <= most ? [] : [`looks back ${period * periods} s, and CloudWatch at most ${most}`]),
    ...(typeof body.description === 'string' && body.description.endsWith('.') ? [] : ['does not say what is wrong']),
    // A metric that should always be there: its silence is the alarm.
    ...(body.comparison === 'LessThanThreshold' && body.threshold === 1 && body.missing !== 'breaching'
      ? ['waits for what is always there, and is calm without it']
      : []),
  ];
  return problems.map((problem) => `alarm ${name}: ${problem}`);
}

function tellsSomebody(module: TerraformModule): string[] {
  const linked = (text: unknown) => String(text).includes(PARAGRAPH);
  const [alarm] = resourcesOfType(module, 'aws_cloudwatch_metric_alarm');
  const [target] = resourcesOfType(module, 'aws_cloudwatch_event_target');
  return [
    ...(textsIn(alarm?.body.alarm_actions).includes(TOPIC) ? [] : ['alarms: nobody is told']),
    ...(linked(alarm?.body.alarm_description) ? [] : ['alarms: do not say where the run book is']),
    ...(target?.body.arn === TOPIC ? [] : ['events: nobody is told']),
    ...(linked(blocks(target?.body.input_transformer)[0]?.input_template)
      ? []
      : ['events: do not say where the run book is']),
    ...(module.locals.get('run_book') === RUN_BOOK ? [] : [`the run book is not ${RUN_BOOK}`]),
  ];
}

function runBookProblems(names: readonly string[], text: string): string[] {
  const from = text.indexOf(`${SECTION}\n`);
  const section = from < 0 ? '' : (text.slice(from + SECTION.length).split('\n## ')[0] ?? '');
  const paragraphs = [...section.matchAll(/^### ([\w-]+)$/gm)].map(([, name = '']) => name);
  return [
    ...names.filter((name) => !paragraphs.includes(name)).map((name) => `${RUN_BOOK}: has no paragraph ${name}`),
    ...paragraphs.filter((name) => !names.includes(name)).map((name) => `${RUN_BOOK}: there is no alarm ${name}`),
  ];
}

function unused(filters: readonly string[], looked: readonly string[]): string[] {
  return filters
    .filter((filter) => !looked.some((text) => text.includes(filter)))
    .map((filter) => `${filter}: is counted, and nobody looks at it`);
}

/** Who counts and who asks must mean the same namespace. */
function otherNamespace({ calls }: TerraformModule): string[] {
  const given = new Set(
    [...calls.values()].flatMap(({ metric_namespace: name }) => (name === undefined ? [] : [name])),
  );
  return given.size === 1 ? [] : [`stack: ${given.size} namespaces of metrics are given: ${[...given].join(', ')}`];
}
