// Every file that git has or would take: what will be pushed sooner or later.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './python-tools.ts';

const LIST = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];

/** Relative to the root; of a copy without history, what git would take. @throws Error where git does not say */
export async function listedFiles(root: string): Promise<readonly string[]> {
  const inRepository = await run('git', LIST, { cwd: root });
  const { code, stdout, stderr } = inRepository.code === 0 ? inRepository : await asIfNew(root);
  if (code !== 0) throw new Error(`git does not list the files: ${stderr.trim()}`);
  return [...new Set(stdout.split('\0'))].filter((file) => file !== '').sort();
}

async function asIfNew(root: string) {
  const folder = await mkdtemp(join(tmpdir(), 'recon-listed-'));
  try {
    await run('git', ['init', '--quiet', '--bare', folder], { cwd: root });
    return await run('git', ['--git-dir', folder, '--work-tree', root, ...LIST], { cwd: root });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
