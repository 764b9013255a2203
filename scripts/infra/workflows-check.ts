// Holds the workflows to GitHub's schema, to zizmor's audits and to our own rules: actions pinned to the commit of a named version, images
// by digest, no right that is not written down, an end to every job. Beside them Renovate's configuration, and the shell they run.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { InfraCheck } from './check.ts';
import { problemLines, runTool } from './python-tools.ts';

const FOLDER = join('.github', 'workflows');
const RENOVATE = join('.github', 'renovate.json');
const SCRIPTS = [join('.github', 'scripts', 'ecs.sh'), join('.ci', 'run')];
const COMPOSE_SCRIPTS = ['database/10-logins.sh', 'temporal/make-schema.sh', 'temporal/start-server.sh'];

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({
  uses: z.string().optional(),
  'timeout-minutes': z.number().optional(),
  permissions: z.unknown(),
  steps: z.array(step).default([]),
});
const workflow = z.object({ permissions: z.unknown(), jobs: z.record(z.string(), job) });

export function workflowsCheck(root: string): InfraCheck {
  return {
    name: 'workflows',
    run: async () => {
      const files = (await readdir(join(root, FOLDER))).filter((name) => name.endsWith('.yml')).sort();
      const paths = files.map((name) => join(FOLDER, name));
      const problems = [
        ...(await schemaProblems(root, 'vendor.github-workflows', paths)),
        ...(await schemaProblems(root, 'vendor.renovate', [RENOVATE])),
        ...(await toolProblems(root, 'zizmor', [
          '--offline',
          '--no-progress',
          '--color',
          'never',
          '--quiet',
          '.github',
        ])),
        ...(await toolProblems(root, 'shellcheck', [
          ...SCRIPTS,
          ...COMPOSE_SCRIPTS.map((name) => join('compose', name)),
        ])),
      ];
      if (problems.length > 0) return { checked: 'schema, zizmor and shellcheck', problems };
      const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      for (const path of paths) {
        const text = await readFile(join(root, path), 'utf8');
        problems.push(...workflowProblems(text, devDependencies.node).map((problem) => `${path}: ${problem}`));
      }
      return {
        checked: `${files.length} workflows and Renovate by schema, zizmor, shellcheck and our own rules`,
        problems,
      };
    },
  };
}

async function schemaProblems(root: string, schema: string, files: readonly string[]): Promise<string[]> {
  const args = ['--builtin-schema', schema, '--output-format', 'text', ...files];
  const { code, stdout, stderr } = await runTool('schemas', 'check-jsonschema', args, { cwd: root });
  return code === 0 ? [] : problemLines(stdout + stderr, root);
}

async function toolProblems(root: string, tool: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runTool('linters', tool, args, { cwd: root });
  return code === 0 ? [] : problemLines(stdout + stderr, root);
}

/** @param node the version that the tests run on */
export function workflowProblems(text: string, node: string): string[] {
  const { permissions, jobs } = workflow.parse(parse(text));
  const problems = [...pinProblems(text)];
  if (JSON.stringify(permissions) !== '{}')
    problems.push('gives every job rights: permissions: {} at the top, and each job its own');
  for (const [name, { uses, steps, ...rest }] of Object.entries(jobs)) {
    if (rest.permissions === undefined) problems.push(`the job ${name} does not say which rights it needs`);
    if (uses === undefined && rest['timeout-minutes'] === undefined)
      problems.push(`the job ${name} may run for six hours: timeout-minutes`);
    for (const { with: given } of steps) {
      const version = given?.['node-version'];
      if (version !== undefined && version !== node)
        problems.push(`the job ${name} runs Node ${version}, and the tests ${node}`);
    }
  }
  return problems;
}

const USES = /^\s*-?\s*uses:\s*(.+?)\s*$/gm;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const RUN_IMAGE = /(?<![\w./-])((?:[\w.-]+\/)+[\w.-]+:v?\d[\w.-]*)(@sha256:[0-9a-f]{64})?/g;

function pinProblems(text: string): string[] {
  const actions = [...text.matchAll(USES)]
    .map(([, action = '']) => action)
    .filter((action) => !action.startsWith('./'));
  const images = text.includes('docker run') ? [...text.matchAll(RUN_IMAGE)] : [];
  return [
    ...actions.filter((action) => !PINNED.test(action)).map((action) => `${action} is not pinned: @COMMIT # vX.Y.Z`),
    ...images.filter(([, , digest]) => digest === undefined).map(([, image]) => `${image} is not named by digest`),
  ];
}
