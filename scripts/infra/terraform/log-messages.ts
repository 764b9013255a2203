// Is every log message that a metric filter counts one that the code writes, and every field whose value it takes one that is written with it?
// A number that nobody writes looks like calm, and starts no worker.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from '../check.ts';
import { instancesOf } from './instances.ts';
import { blocks, readTerraform, resourcesOfType, type TerraformModule } from './tree.ts';

const CODE = ['worker', 'activities', 'client'];

interface Filter {
  readonly metric: string;
  /** Undefined where it counts by something else, such as the level. */
  readonly message: string | undefined;
  /** Undefined where lines are counted. */
  readonly field: string | undefined;
}

export function terraformLogMessages(root: string): InfraCheck {
  return {
    name: 'terraform log messages',
    run: async () => {
      const { modules } = await readTerraform(root);
      const filters = [...modules.values()].flatMap(filtersOf);
      const written = (await Promise.all(CODE.map(sourceOf))).join('\n');
      return {
        checked: `${filters.filter(({ message }) => message !== undefined).length} messages of ${filters.length} metrics`,
        problems: filters.flatMap((filter) => problemsOf(filter, written)),
      };
    },
  };
}

function filtersOf(module: TerraformModule): Filter[] {
  return resourcesOfType(module, 'aws_cloudwatch_log_metric_filter')
    .flatMap((filter) => instancesOf(module, filter))
    .flatMap(({ body: { pattern, metric_transformation: made } }) =>
      blocks(made).map(({ name, value }) => ({
        metric: String(name),
        message: /^(?:\{ \$\.msg = )?"([^"]+)"/.exec(String(pattern))?.[1],
        field: /^\$\.(\w+)$/.exec(String(value))?.[1],
      })),
    );
}

function problemsOf({ metric, message, field }: Filter, written: string): string[] {
  if (message === undefined) return [];
  if (!written.includes(message)) return [`${metric}: nothing logs "${message}", which it counts`];
  const withField = new RegExp(`\\{[^{}]*\\b${field}\\b[^{}]*\\}, '${message}'`);
  if (field === undefined || withField.test(written)) return [];
  return [`${metric}: "${message}" is logged without ${field}, whose value it takes`];
}

async function sourceOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return (await Promise.all(sources.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
}
