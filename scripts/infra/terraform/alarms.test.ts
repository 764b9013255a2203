import { describe, expect, test } from '@jest/globals';
import { terraformAlarms } from './alarms.ts';
import { problemsAfter } from './for-tests.ts';

const ALARMS = 'modules/observability/alarms.tf';
const EVENTS = 'modules/observability/events.tf';

describe('alarms', () => {
  test.each([
    [
      'autoscaling in another namespace than the filters’',
      { file: 'modules/stack/tasks.tf', from: '= local.metric_namespace', to: '= local.name' },
      'stack: 2 namespaces of metrics are given',
    ],
    [
      'a metric that nobody looks at',
      { file: ALARMS, from: 'metric      = "CodecKeyUnknown"', to: 'metric      = "WorkerErrors"' },
      'CodecKeyUnknown: is counted, and nobody looks at it',
    ],
    [
      'a dead man’s switch that is calm where nothing comes',
      {
        file: ALARMS,
        from: 'periods     = 4\n      missing     = "breaching"',
        to: 'periods     = 4\n      missing     = "notBreaching"',
      },
      'alarm watchdog-silent: waits for what is always there, and is calm without it',
    ],
    [
      'a span that CloudWatch refuses',
      { file: ALARMS, from: 'periods     = 36', to: 'periods     = 200' },
      'alarm no-run: looks back 720000 s, and CloudWatch at most 604800',
    ],
    [
      'an alarm without a word',
      { file: ALARMS, from: '"Workers start again and again."', to: '""' },
      'alarm workers-restart: does not say what is wrong',
    ],
    [
      'an alarm without a run book',
      { file: ALARMS, from: 'no-worker = {', to: 'nobody-works = {' },
      'docs/alerts.md: has no paragraph nobody-works',
    ],
    [
      'a paragraph without an alarm',
      { file: ALARMS, from: 'no-worker = {', to: 'nobody-works = {' },
      'docs/alerts.md: there is no alarm no-worker',
    ],
    [
      'an event without a run book',
      { file: EVENTS, from: 'key-at-risk = {', to: 'key-lost = {' },
      'docs/alerts.md: has no paragraph key-lost',
    ],
    [
      'alarms that tell nobody',
      { file: ALARMS, from: 'alarm_actions       = [aws_sns_topic.alarms.arn]', to: 'alarm_actions       = []' },
      'alarms: nobody is told',
    ],
    [
      'alarms that do not say where the run book is',
      { file: ALARMS, from: ` Run book: \${local.run_book}#\${each.key}"`, to: '"' },
      'alarms: do not say where the run book is',
    ],
    [
      'events that tell nobody',
      { file: EVENTS, from: 'arn      = aws_sns_topic.alarms.arn', to: 'arn      = var.service_arn' },
      'events: nobody is told',
    ],
  ])('%s is found', async (_, change, problem) => {
    expect(await problemsAfter(terraformAlarms, change)).toContainEqual(expect.stringContaining(problem));
  });
});
