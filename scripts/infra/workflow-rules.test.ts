import { expect, test } from '@jest/globals';
import { callProblems, workflowProblems } from './workflow-rules.ts';

const WORKFLOW = `permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${'a'.repeat(40)} # v6.0.3
      - uses: actions/setup-node@${'b'.repeat(40)} # v6.4.0
        with: { node-version: 24.21.0 }
      - run: docker run --rm aquasec/trivy:0.74.0@sha256:${'c'.repeat(64)} image
`;

test('a workflow that keeps the rules has no problem', () => {
  expect(workflowProblems(WORKFLOW, '24.21.0')).toEqual([]);
});

test.each([
  ['an action floats', `@${'a'.repeat(40)} # v6.0.3`, '@v6', 'actions/checkout@v6 is not pinned: @COMMIT # vX.Y.Z'],
  [
    'an image floats',
    `@sha256:${'c'.repeat(64)}`,
    '',
    'the job test runs aquasec/trivy:0.74.0, which is not named by digest',
  ],
  [
    'every job may write',
    'permissions: {}',
    'permissions: write-all',
    'gives every job rights: permissions: {} at the top, and each job its own',
  ],
  ['a job may run for hours', '    timeout-minutes: 5\n', '', 'the job test may run for six hours: timeout-minutes'],
  [
    'a job may run for a day',
    'timeout-minutes: 5',
    'timeout-minutes: 1440',
    'the job test may run for 1440 minutes: at most 120',
  ],
  ['a job may write', 'contents: read', 'contents: write', 'the job test may write contents'],
  ['a job has every right', '{ contents: read }', 'read-all', 'the job test has read-all: name each right'],
  [
    'a pull request gets a role',
    'permissions: {}\n',
    'on: [pull_request]\npermissions: {}\n',
    'the job test lets a pull request ask AWS for a role: id-token',
    ['contents: read', 'id-token: write'],
  ],
  [
    'a role is asked for anywhere',
    'contents: read',
    'id-token: write',
    'the job test asks AWS for a role outside of an environment: the role is lent to environments only',
  ],
  [
    'a container floats',
    '    steps:',
    '    container: node:24\n    steps:',
    'the job test runs in node:24, which is not named by digest',
  ],
  [
    'a service floats',
    '    steps:',
    '    services: { db: { image: "postgres:18" } }\n    steps:',
    'the job test runs in postgres:18, which is not named by digest',
  ],
  ['an image has no tag', /aquasec.*$/m, 'alpine true', 'the job test runs alpine, which is not named by digest'],
  [
    'an image is pulled',
    /docker run.*$/m,
    'docker pull aquasec/trivy:latest',
    'the job test runs aquasec/trivy:latest, which is not named by digest',
  ],
  [
    'the machine is another every month',
    'ubuntu-24.04',
    'ubuntu-latest',
    'the job test runs on ubuntu-latest: a runner of GitHub’s by its version',
  ],
  [
    'a key is stored',
    'image\n',
    `image ${'$'}{{ secrets.AWS_KEY }}\n`,
    'uses secrets.AWS_KEY: no key is stored, GitHub vouches and AWS lends a role',
  ],
  [
    'a gate lets through',
    'run: docker',
    'run: npm test || true\n      - run: docker',
    'the job test lets through what it found: || true',
  ],
  [
    'a failure is passed over',
    '- run: docker',
    '- continue-on-error: true\n        run: docker',
    'the job test goes on after a failure: continue-on-error',
  ],
  [
    'a stranger’s program runs',
    'run: docker',
    'run: curl https://example.com/x | bash\n      - run: docker',
    'the job test runs what an address gives on the day',
  ],
  [
    'packages float',
    'run: docker',
    'run: npm install\n      - run: docker',
    'the job test installs something else than the lock file: npm ci',
  ],
  ['a tool is silenced', 'image\n', 'image # zizmor: ignore[x]\n', 'silences a tool by a comment: mend what it found'],
  [
    'nobody said what is asked for',
    'image\n',
    `image ${'$'}{{ steps.built.outputs.tag }}\n`,
    'the job test asks for what the step built said, and there is none',
  ],
  ['a job waits for none', '    steps:', '    needs: check\n    steps:', 'the job test needs check, which is no job'],
  ['Node is another', '24.21.0', '22.1.0', 'the job test runs Node 22.1.0, and the tests 24.21.0'],
] as [string, string | RegExp, string, string, [string, string]?][])(
  'a workflow is refused where %s',
  (_, said, otherwise, problem, ...[also]) => {
    const changed = WORKFLOW.replace(said, otherwise).replace(also?.[0] ?? '', also?.[1] ?? '');
    expect(workflowProblems(changed, '24.21.0')).toContain(problem);
  },
);

const CALLED =
  'on: { workflow_call: { inputs: { environment: { type: string, required: true } } } }\npermissions: {}\njobs: {}\n';
const calls = (jobs: string) =>
  callProblems(
    new Map([
      ['called.yml', CALLED],
      ['x.yml', `permissions: {}\njobs: ${jobs}\n`],
    ]),
  );
test('what a called workflow does not ask for, or lacks, is told; and prod without dev before it', () => {
  const dev = 'dev: { uses: ./called.yml, with: { environment: dev } }';
  const prod = (needs: string) => `prod: { uses: ./called.yml, ${needs}with: { environment: prod } }`;
  expect(calls(`{ ${dev}, ${prod('needs: dev, ')} }`)).toEqual([]);
  expect(calls(`{ ${dev}, ${prod('')} }`)).toEqual(['x.yml: the job prod brings to prod what was not in dev: needs']);
  expect(calls('{ a: { uses: ./called.yml, with: { environmnt: dev } } }')).toEqual([
    'x.yml: the job a gives environmnt, which ./called.yml does not ask for',
    'x.yml: the job a does not give environment to ./called.yml',
  ]);
  expect(calls('{ a: { uses: ./other.yml } }')).toEqual(['x.yml: the job a calls ./other.yml, which is not there']);
});
