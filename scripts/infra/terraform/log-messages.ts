// Is every log message that a metric filter counts one that the code writes? A number that nobody writes looks like calm.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from '../check.ts';
import { readTerraform, textsIn } from './tree.ts';

const CODE = ['worker', 'activities', 'client'];
const MESSAGE = /\$\.msg = "([^"]+)"/g;

export function terraformLogMessages(root: string): InfraCheck {
  return {
    name: 'terraform log messages',
    run: async () => {
      const { modules } = await readTerraform(root);
      const patterns = [...modules.values()].flatMap(({ locals, resources }) =>
        textsIn([[...locals.values()], resources]),
      );
      const messages = new Set(
        patterns.flatMap((text) => [...text.matchAll(MESSAGE)].map(([, message = '']) => message)),
      );
      const written = (await Promise.all(CODE.map(sourceOf))).join('\n');
      const problems = [...messages]
        .filter((message) => !written.includes(`'${message}'`))
        .map((message) => `nothing logs "${message}", which a metric filter counts`);
      return { checked: `${messages.size} messages`, problems };
    },
  };
}

async function sourceOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return (await Promise.all(sources.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
}
