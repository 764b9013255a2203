// May the pipeline do in AWS what its scripts call, and nothing that they do not? A right that is missing is found in the middle of a
// delivery; one too many, by somebody else.
import { readFile } from 'node:fs/promises';
import type { InfraCheck } from '../check.ts';
import { statementsOf } from './statements.ts';
import { readTerraform, textsIn } from './tree.ts';

const SCRIPTS = ['.github/scripts/ecs.sh', '.github/workflows/deploy.yml'];
const POLICY = 'modules/ci-oidc deploy ';

// What a command of the CLI asks for under another name.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'ecr:GetLoginPassword': 'ecr:GetAuthorizationToken',
  'ecs:ServicesStable': 'ecs:DescribeServices',
  'ecs:TasksStopped': 'ecs:DescribeTasks',
};

// By which skopeo pushes (Amazon ECR, IAM permissions for pushing an image), and what registering and running a task needs beside itself.
const WITHOUT_A_COMMAND = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
  'iam:PassRole',
];

export function terraformPipeline(root: string): InfraCheck {
  return {
    name: 'terraform pipeline',
    run: async () => {
      const tree = await readTerraform(root);
      const text = (await Promise.all(SCRIPTS.map((file) => readFile(file, 'utf8')))).join('\n');
      const statements = statementsOf(tree).filter(({ where }) => where.startsWith(POLICY));
      const allowed = new Set(statements.flatMap(({ actions }) => actions));
      const needed = new Set([...calledBy(text), ...WITHOUT_A_COMMAND]);
      const tasks = textsIn(tree.modules.get('modules/stack')?.locals.get('run_tasks')).join(' ');
      const runs = new Set([...text.matchAll(/run_task "\$\w+" (\w+)/g)].map(([, task = '']) => task));
      return {
        checked: `${needed.size} actions, ${runs.size} tasks that it runs`,
        problems: [
          ...[...needed].filter((action) => !allowed.has(action)).map((action) => `the pipeline may not ${action}`),
          ...[...allowed].filter((action) => !needed.has(action)).map((action) => `the pipeline never calls ${action}`),
          ...[...runs]
            .filter((task) => !tasks.includes(`module.${task}_task`))
            .map((task) => `the pipeline may not run the task ${task}`),
          ...variableProblems(text, tree.texts.get('modules/stack/outputs.tf') ?? ''),
        ],
      };
    },
  };
}

/** What the pipeline reads of its GitHub environment is what the output says, neither more nor less. */
function variableProblems(text: string, outputs: string): string[] {
  const read = new Set([...text.matchAll(/\bvars\.(\w+)/g)].map(([, name = '']) => name));
  const given = new Set([...outputs.matchAll(/^ {4}([A-Z_]+) +=/gm)].map(([, name = '']) => name));
  const odd = [...read, ...given].filter((name) => !read.has(name) || !given.has(name));
  return odd.map((name) => `${name}: is not both an output and read by the pipeline`);
}

function calledBy(text: string): string[] {
  return [...text.matchAll(/\baws (ecs|ecr|logs) (?:wait )?([a-z-]+)/g)].map(([, service = '', command = '']) => {
    const name = command.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return OTHER_NAMES[`${service}:${name}`] ?? `${service}:${name}`;
  });
}
