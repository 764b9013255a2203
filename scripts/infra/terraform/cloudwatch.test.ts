import { expect, test } from '@jest/globals';
import { terraformCloudwatch } from './cloudwatch.ts';
import { problemsAfter } from './for-tests.ts';
import { terraformLogMessages } from './log-messages.ts';

const ALARMS = 'modules/observability/alarms.tf';
const DASHBOARD = 'modules/observability/dashboard.tf';

test.each([
  [
    'a metric that no filter makes',
    ALARMS,
    'metric      = "WorkerErrors"',
    'metric      = "WorkerError"',
    '["worker-errors"]: no metric filter makes WorkerError',
  ],
  [
    'a filter that an alarm needs',
    'modules/observability/metrics.tf',
    '    RunsDecided ',
    '    RunDecided ',
    '["no-run"]: no metric filter makes RunsDecided',
  ],
  [
    'a metric that AWS does not publish',
    ALARMS,
    '"FreeStorageSpace"',
    '"FreeStorage"',
    'AWS/RDS has no metric FreeStorage',
  ],
  ['a namespace that nobody knows', ALARMS, '"AWS/RDS"', '"AWS/Postgres"', 'the namespace AWS/Postgres is not known'],
  [
    'a dimension of another name',
    ALARMS,
    '{ DBInstanceIdentifier',
    '{ DatabaseIdentifier',
    'FreeStorageSpace is not published by the dimensions (DatabaseIdentifier)',
  ],
  [
    'dimensions that are missing',
    ALARMS,
    '{ ClusterName = var.cluster_name, ServiceName = var.service_name }',
    '{}',
    'RunningTaskCount is not published by the dimensions ()',
  ],
  [
    'a metric of ours by a dimension',
    ALARMS,
    'dimensions  = {}',
    'dimensions  = { Worker = "a" }',
    'TaskQueueBacklog is made without the dimension Worker',
  ],
  [
    'an alarm that tells nobody',
    ALARMS,
    '  alarm_actions       = [aws_sns_topic.alarms.arn]\n',
    '',
    'nobody hears it: alarm_actions',
  ],
  [
    'an alarm that is switched off',
    ALARMS,
    '  ok_actions ',
    '  actions_enabled = false\n  ok_actions ',
    'actions_enabled is false',
  ],
  [
    'a comparison that there is not',
    ALARMS,
    '"LessThanThreshold"',
    '"LessThenThreshold"',
    'comparison_operator is "LessThenThreshold"',
  ],
  [
    'a widget over nothing',
    DASHBOARD,
    '"TaskQueueBacklog"',
    '"TaskQueueDepth"',
    'no metric filter makes TaskQueueDepth',
  ],
  [
    'a widget in a loop over nothing',
    DASHBOARD,
    '"DatabaseConnections"',
    '"DatabaseConnection"',
    'AWS/RDS has no metric DatabaseConnection',
  ],
  [
    'scaling by nothing',
    'modules/worker/main.tf',
    '"TaskQueueBacklog"',
    '"TaskQueueBacklogs"',
    'no metric filter makes TaskQueueBacklogs',
  ],
])('%s is found', async (_, file, from, to, problem) => {
  expect(await problemsAfter(terraformCloudwatch, { file, from, to })).toContainEqual(expect.stringContaining(problem));
});

test('a filter on a field that nothing logs is found', async () => {
  const change = { file: 'modules/observability/metrics.tf', from: '$.backlog"', to: '$.backlogs"' };
  expect(await problemsAfter(terraformLogMessages, change)).toEqual([
    'TaskQueueBacklog: "task queue backlog" is logged without backlogs, whose value it takes',
  ]);
});

test('a metric filter on a message that nothing logs is found', async () => {
  const change = { file: 'modules/observability/metrics.tf', from: 'run decided', to: 'run was decided' };
  expect(await problemsAfter(terraformLogMessages, change)).toEqual([
    'RunsDecided: nothing logs "run was decided", which it counts',
  ]);
});
