// The steps of the deployment, run by bash against a stand-in for the AWS CLI that remembers what it was asked.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const AWS = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const answers = JSON.parse(readFileSync(process.env.ANSWERS, 'utf8'));
const [, command, ...args] = process.argv.slice(2);
appendFileSync(process.env.ASKED, JSON.stringify([command, ...args]) + '\\n');
const answer = answers[command] ?? '';
process.stdout.write(typeof answer === 'string' ? answer : JSON.stringify(answer));
`;
const DEFINITION = {
  family: 'recon-dev-worker',
  taskDefinitionArn: 'arn:aws:ecs:eu-central-1:1:task-definition/recon-dev-worker:6',
  revision: 6,
  status: 'ACTIVE',
  registeredAt: 1,
  taskRoleArn: 'arn:task',
  executionRoleArn: 'arn:execution',
  cpu: '512',
  volumes: [{ name: 'scratch' }],
  containerDefinitions: [
    { name: 'configuration', image: 'old@sha256:1', command: ['node'] },
    { name: 'worker', image: 'old@sha256:1', secrets: [{ name: 'K', valueFrom: 'arn:k' }] },
  ],
};

const STARTED = { tasks: [{ taskArn: 'arn:task/recon-dev/4711' }], failures: [] };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recon-ecs-'));
  writeFileSync(join(folder, 'aws'), AWS);
  chmodSync(join(folder, 'aws'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bash(line: string, answers: Record<string, unknown>) {
  const [asked, told] = [join(folder, 'asked'), join(folder, 'answers')];
  writeFileSync(asked, '');
  writeFileSync(told, JSON.stringify(answers));
  const env = {
    CLUSTER: 'recon-dev',
    SERVICE: 'worker',
    NETWORK: '{subnets=[a]}',
    GITHUB_RUN_ID: '1',
    ASKED: asked,
    ANSWERS: told,
  };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `source .github/scripts/ecs.sh; ${line}`], {
    encoding: 'utf8',
    env: { ...env, PATH: `${folder}:${process.env.PATH}` },
  });
  const calls = readFileSync(asked, 'utf8')
    .trim()
    .split('\n')
    .map((call) => (call === '' ? [] : (JSON.parse(call) as string[])));
  const asksOf = (command: string) => calls.filter(([first]) => first === command);
  const option = (command: string, name: string) => {
    const call = calls.find(([first]) => first === command) ?? [];
    return call[call.indexOf(name) + 1] ?? '';
  };
  return { status, stdout: stdout.trim(), stderr, option, asked: asksOf };
}

test('a new revision has the new image in every container, and all else as before', () => {
  const arn = 'arn:aws:ecs:eu-central-1:1:task-definition/recon-dev-worker:7';
  const answers = { 'describe-task-definition': DEFINITION, 'register-task-definition': arn };
  const { stdout, option } = bash('register recon-dev-worker new@sha256:2', answers);
  expect(stdout).toBe(arn);
  const { taskDefinitionArn, revision, status, registeredAt, ...kept } = DEFINITION;
  expect(JSON.parse(option('register-task-definition', '--cli-input-json'))).toEqual({
    ...kept,
    containerDefinitions: kept.containerDefinitions.map((container) => ({ ...container, image: 'new@sha256:2' })),
  });
});

test.each([
  ['0', '', true],
  ['1', '', false],
  ['1', "'' 1", true],
  ['3', "'' 1", false],
  ['None', '', false],
])('a task that ended with %s, where also good is "%s": %s', (code, good, isGood) => {
  const { status, stdout } = bash(`run_task arn:7 setup ${good}`, { 'run-task': STARTED, 'describe-tasks': code });
  expect(stdout.split('\n')[0]).toBe(`setup ended with ${code}`);
  expect(status === 0).toBe(isGood);
});

test('a task runs the command it is given', () => {
  const line = `run_task arn:7 setup '["node","client/main.ts","doctor"]'`;
  const { option } = bash(line, { 'run-task': STARTED, 'describe-tasks': '0' });
  expect(JSON.parse(option('run-task', '--overrides'))).toEqual({
    containerOverrides: [{ name: 'setup', command: ['node', 'client/main.ts', 'doctor'] }],
  });
});

test('of a task that failed, ECS’ reason and the end of its log are shown; of one that did not, nothing', () => {
  const answers = { 'run-task': STARTED, 'get-log-events': ['stripe/us: no answer', 'not ready'] };
  const failed = bash(`run_task arn:7 worker '["node","client/main.ts","doctor"]'`, {
    ...answers,
    'describe-tasks': '3',
  });
  expect(failed.stdout).toContain('stripe/us: no answer\nnot ready');
  expect(failed.asked('get-log-events')).toEqual(
    ['configuration', 'worker'].map((container) =>
      expect.arrayContaining(['/recon-dev/worker', `worker/${container}/4711`]),
    ),
  );
  const good = bash('run_task arn:7 worker', { ...answers, 'describe-tasks': '0' });
  expect([good.stdout, good.asked('get-log-events')]).toEqual(['worker ended with 0', []]);
});

test('a task that ECS does not start has failed, and why is shown', () => {
  const refused = { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time.' }] };
  const { status, stdout } = bash('run_task arn:7 worker', { 'run-task': refused });
  expect(status).toBe(1);
  expect(stdout).toBe('worker was not started: [{"reason":"Capacity is unavailable at this time."}]');
});

test('a log that cannot be read hides no failure', () => {
  const { status } = bash('run_task arn:7 worker', { 'run-task': STARTED, 'describe-tasks': '3' });
  expect(status).toBe(1);
});

// The owner's password is in the setup task alone.
test('the delivery runs migrations on setup, as it stands, and every other command on the worker', () => {
  const text = readFileSync('.github/workflows/deploy.yml', 'utf8');
  const runs = [...text.matchAll(/run_task "\$(\w+)" (\w+)(.*)/g)].map(([, ...words]) => words);
  expect(runs.filter(([, container]) => container === 'setup')).toEqual([['SETUP', 'setup', '']]);
  const others = runs.filter(([, container]) => container !== 'setup');
  expect(others).toHaveLength(4);
  expect(others.every(([revision, container]) => revision === 'WORKER' && container === 'worker')).toBe(true);
});

test.each([
  ['arn:7', true],
  ['arn:6', false],
])('a deployment of arn:7 after which the service runs %s is good: %s', (running, isGood) => {
  expect(bash('deploy arn:7', { 'describe-services': running }).status === 0).toBe(isGood);
});

test.each([
  [['new@sha256:2', 'new@sha256:2'], true],
  [['old@sha256:1', 'new@sha256:2'], false],
])('what runs is %j, and was built is new@sha256:2: %s', (images, isGood) => {
  const answers = { 'describe-services': 'arn:7', 'describe-task-definition': images };
  expect(bash('verify new@sha256:2', answers).status === 0).toBe(isGood);
});
