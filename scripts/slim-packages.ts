// Takes out of installed packages what no running worker reads: type declarations, source maps, manuals, and Temporal's native
// library for other machines. For the image only; imports nothing but Node, because nothing else is there yet.
import { globSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const NEVER_READ = ['**/*.d.ts', '**/*.d.mts', '**/*.d.cts', '**/*.map', '**/*.md', '**/*.markdown'];
const MAC = { x64: 'x86_64-apple-darwin', arm64: 'aarch64-apple-darwin' };
const LINUX = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' };

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new RangeError('name the folder of the packages: node scripts/slim-packages.ts node_modules');

let bytes = 0;
for (const file of globSync(NEVER_READ, { cwd: folder })) remove(join(folder, file));
const ours = nativeTarget();
const releases = join(folder, '@temporalio', 'core-bridge', 'releases');
if (!readdirSync(releases).includes(ours)) throw new Error(`@temporalio/core-bridge brings nothing for ${ours}`);
for (const target of readdirSync(releases)) if (target !== ours) remove(join(releases, target));
console.log(`removed ${Math.round(bytes / 1_048_576)} MB`);

/** As Temporal's package names it. @throws Error where it brings no library for this machine */
function nativeTarget(): string {
  const names: Partial<Record<string, string>> =
    process.platform === 'darwin' ? MAC : process.platform === 'linux' ? LINUX : {};
  const name = names[process.arch];
  if (name === undefined) throw new Error(`no image is made for ${process.platform} ${process.arch}`);
  return name;
}

function remove(path: string): void {
  const stat = statSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) remove(join(path, name));
  else bytes += stat.size;
  rmSync(path, { recursive: true });
}
