// Holds compose/recon.yaml to what the worker accepts, with the secrets that compose makes: their files are made here as there, twice,
// because a second start must change nothing.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalid, loadConfig } from '../../worker/config.ts';
import type { InfraCheck } from './check.ts';
import { run } from './python-tools.ts';

export function configurationCheck(root: string): InfraCheck {
  return {
    name: 'compose/recon.yaml',
    run: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'recon-secrets-'));
      try {
        const first = await secretsMadeIn(root, folder);
        const second = await secretsMadeIn(root, folder);
        const again = second === first ? [] : ['compose/make-secrets.ts: a second start makes other secrets'];
        return {
          checked: 'accepted by the worker, with the secrets that compose makes',
          problems: [...again, ...(await refusals(root, folder))],
        };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Names and contents in one text. */
async function secretsMadeIn(root: string, folder: string): Promise<string> {
  const made = await run(process.execPath, ['--no-warnings', 'compose/make-secrets.ts', folder], { cwd: root });
  if (made.code !== 0) throw new Error(`compose/make-secrets.ts: ${made.stderr}`);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return (await Promise.all(paths.map(async (path) => `${path} ${await readFile(path, 'utf8')}`))).join('');
}

async function refusals(root: string, folder: string): Promise<readonly string[]> {
  const text = await readFile(join(root, 'compose', 'recon.yaml'), 'utf8');
  const file = join(folder, 'recon.yaml');
  await writeFile(file, text.replaceAll('file:/secrets/', `file:${folder}/`));
  try {
    await loadConfig(file, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map((problem) => `compose/recon.yaml: ${problem}`);
  }
}
