// Holds the workflows to GitHub's schema, to zizmor's audits and to our own rules (workflow-rules.ts). Beside them Renovate's configuration,
// and the shell they run.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { InfraCheck } from './check.ts';
import { problemLines, runTool } from './python-tools.ts';
import { callProblems, workflowProblems } from './workflow-rules.ts';

// Each with its reason in .github/zizmor.yml.
const SILENCED = new Set(['self-repository', 'anonymous-definition', 'undocumented-permissions']);
const FOLDER = join('.github', 'workflows');
const RENOVATE = join('.github', 'renovate.json');
const SCRIPTS = [join('.github', 'scripts', 'ecs.sh'), join('.ci', 'run')];
const COMPOSE_SCRIPTS = ['database/10-logins.sh', 'temporal/make-schema.sh', 'temporal/start-server.sh'];

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
          // Every rule, and none silenced by a comment: what is left out stands in .github/zizmor.yml with its reason.
          '--persona',
          'auditor',
          '--no-ignores',
          '.github',
        ])),
        ...(await toolProblems(root, 'shellcheck', [
          ...SCRIPTS,
          ...COMPOSE_SCRIPTS.map((name) => join('compose', name)),
        ])),
      ];
      if (problems.length > 0) return { checked: 'schema, zizmor and shellcheck', problems };
      const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      const texts = new Map<string, string>();
      for (const path of paths) texts.set(path, await readFile(join(root, path), 'utf8'));
      for (const [path, text] of texts)
        problems.push(...workflowProblems(text, devDependencies.node).map((problem) => `${path}: ${problem}`));
      problems.push(...callProblems(texts), ...(await silencedRules(root)));
      return {
        checked: `${files.length} workflows and Renovate by schema, zizmor, shellcheck and our own rules`,
        problems,
      };
    },
  };
}

/** A rule of zizmor that is switched off, and is not among those with a reason. */
async function silencedRules(root: string): Promise<string[]> {
  const text = await readFile(join(root, '.github', 'zizmor.yml'), 'utf8');
  const rules = Object.keys((parse(text) as { rules?: object } | null)?.rules ?? {});
  return rules
    .filter((rule) => !SILENCED.has(rule))
    .map((rule) => `.github/zizmor.yml: ${rule} is switched off: mend what it finds`);
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
