// Do the environments' recon.yaml.tftpl name only values that the stack fills in, and only secrets that it makes, and does the worker accept them,
// by each way of logging in to Temporal? Terraform says the first when it plans, the worker the rest when it starts; both are late.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from '../check.ts';
import { parseHcl } from './hcl.ts';
import { objectProblems } from './object-types.ts';
import { refusals, rendered } from './rendered.ts';
import { readTerraform, record, type TerraformTree } from './tree.ts';

const VALUE = /\$\{([^}]*)\}|%\{ if (\w+)/g;
const SECRET = /aws-secret:\$\{secret_prefix\}\/([\w-]+)/g;

const LOGINS = ['api_key', 'mtls', 'private'];

export function terraformConfiguration(root: string): InfraCheck {
  return {
    name: 'terraform configuration',
    run: async () => {
      const tree = await readTerraform(root);
      const stack = tree.modules.get('modules/stack');
      const filled = Object.keys(record(stack?.locals.get('configuration_values')));
      const environments = [...tree.modules.keys()].filter((path) => path.startsWith('environments/'));
      const problems: string[] = [];
      for (const environment of environments) {
        const path = `${environment}/recon.yaml.tftpl`;
        const text = await readFile(join(root, path), 'utf8');
        const secrets = new Set([...(await secretsOf(tree, environment)), ...ownSecrets(stack?.locals.get('secrets'))]);
        problems.push(
          ...found(text, VALUE)
            .filter((value) => !filled.includes(value))
            .map((value) => `${path}: nothing fills in ${value}`),
          ...found(text, SECRET)
            .filter((secret) => !secrets.has(secret))
            .map((secret) => `${path}: no secret is called ${secret}`),
          ...(await exampleProblems(tree, environment)),
          ...healthProblems(tree, path, text),
          ...(/^production: true$/m.test(text)
            ? []
            : [`${path}: says no production: true: keys that move money would do`]),
          ...(await refused(path, text, filled)),
        );
      }
      return {
        checked: `${environments.length} templates, ${filled.length} values, accepted by the worker by ${LOGINS.length} kinds of login`,
        problems,
      };
    },
  };
}

// A name and what it is good for, where not any text would do.
const VALUES: Readonly<Record<string, string>> = {
  evidence_days: '2557',
  mail_from: 'recon@example.com',
  temporal_address: 'temporal.example.com:7233',
};

async function refused(path: string, text: string, filled: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const login of LOGINS) {
    const values = Object.fromEntries(filled.map((name) => [name, VALUES[name] ?? name.replaceAll('_', '-')]));
    const said = await refusals(rendered(text, { ...values, temporal_login: login }));
    problems.push(...said.map((problem) => `${path}: the worker refuses it (login ${login}): ${problem}`));
  }
  return problems;
}

function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name, condition = '']) => name ?? condition))];
}

/** What the example gives is what the environment takes. */
async function exampleProblems(tree: TerraformTree, environment: string): Promise<string[]> {
  const file = `${environment}/terraform.tfvars.example`;
  const given = await parseHcl(file, tree.texts.get(file) ?? '');
  const variables = tree.modules.get(environment)?.variables;
  return [
    ...Object.keys(given)
      .filter((name) => !variables?.has(name))
      .map((name) => `there is no variable ${name}`),
    ...Object.entries(given).flatMap(([name, value]) => objectProblems(name, variables?.get(name)?.type, value)),
    ...(/@sha256:[0-9a-f]{64}$/.test(String(given.image)) ? [] : ['image is not named by digest']),
  ].map((problem) => `${file}: ${problem}`);
}

/** The task asks for health where the worker answers. */
function healthProblems(tree: TerraformTree, path: string, text: string): string[] {
  const command = tree.modules.get('modules/stack')?.calls.get('worker_task')?.health_command;
  const asked = /:(\d+)\/healthz/.exec(String(command))?.[1];
  const answers = /listen: "[^"]*:(\d+)"/.exec(text)?.[1];
  return asked === answers ? [] : [`${path}: listens on ${answers}, and modules/stack asks port ${asked} for health`];
}

/** Those that the example of the environment's variables names. */
async function secretsOf(tree: TerraformTree, environment: string): Promise<string[]> {
  const file = `${environment}/terraform.tfvars.example`;
  const { secrets } = await parseHcl(file, tree.texts.get(file) ?? '');
  return Object.keys(record(secrets));
}

/** The stack's own stand in an expression: names of objects with a description. */
function ownSecrets(expression: unknown): string[] {
  return [...String(expression).matchAll(/([\w-]+)\s*=\s*\{ description/g)].map(([, name = '']) => name);
}
