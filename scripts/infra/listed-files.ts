// Every file that git has or would take: what will be pushed sooner or later.
import { run } from './python-tools.ts';

/** Relative to the root. @throws Error where git does not say */
export async function listedFiles(root: string): Promise<readonly string[]> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root });
  if (listed.code !== 0) throw new Error(`git does not list the files: ${listed.stderr.trim()}`);
  return [...new Set(listed.stdout.split('\0'))].filter((file) => file !== '').sort();
}
