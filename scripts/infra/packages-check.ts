// Holds the packages to their rules: exact versions, every one by its hash and from no address of its own, install scripts only where somebody
// allowed them, licences that a company may ship; and makes the CycloneDX list of what production runs, which must be all of it.
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InfraCheck } from './check.ts';
import { run } from './python-tools.ts';
import { softwareBill } from './software-bill.ts';

/** May be shipped with a product that is not open. */
const LICENCES =
  /^\(?(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC-BY-4\.0|CC0-1\.0|Unlicense|Python-2\.0|\s|OR|AND|[()])+$/;

const AT_INSTALLATION = new Set(['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']);

/** Said in the package's LICENSE file only. */
const LICENCE_IN_FILE: Readonly<Record<string, string>> = { unionfs: 'Unlicense' };

const locked = z.object({
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), locked) });
const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
  scripts: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});
type Manifest = z.infer<typeof manifestSchema>;

export type Lock = z.infer<typeof lockSchema>;

export function packagesCheck(root: string): InfraCheck {
  return {
    name: 'packages',
    run: async () => {
      const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
      const lock = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
      const entries = Object.values(lock.packages);
      const unknown = entries.filter(({ optional, integrity }) => optional === true && integrity === undefined).length;
      const { components } = await softwareBill(root);
      const locks = globSync('scan/tools/*.txt', { cwd: root });
      const pip = await Promise.all(
        locks.map(async (file) => pipProblems(file, await readFile(join(root, file), 'utf8'))),
      );
      const audit = await advisories(root);
      return {
        checked: `${entries.length - 1} packages (${unknown} for other machines have no hash), CycloneDX list of ${components.length} in production, ${audit.said}`,
        problems: [...packageProblems(manifest, lock), ...pip.flat(), ...audit.problems],
      };
    },
  };
}

export function packageProblems(manifest: Manifest, { packages }: Lock): string[] {
  const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const own = Object.keys(manifest.scripts).filter((name) => AT_INSTALLATION.has(name));
  const rest = Object.keys(manifest.optionalDependencies).concat(Object.keys(manifest.peerDependencies));
  const floating = direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
  const problems = floating.map(([name, version]) => `package.json: ${name} ${version} is not an exact version`);
  problems.push(
    ...own.map((name) => `package.json: the script ${name} would run at every npm ci: call it where it is needed`),
    ...rest.map((name) => `package.json: ${name} belongs to dependencies, with an exact version`),
    ...differences(manifest, packages['']).map(
      (name) => `package-lock.json: ${name} is not as package.json says: npm install`,
    ),
  );
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    const name = path.replace(/^.*node_modules\//, '');
    const licence = entry.license ?? LICENCE_IN_FILE[name] ?? 'unknown';
    const say = (problem: string) => problems.push(`package-lock.json: ${path}: ${problem}`);
    // The lock names none: whoever installs has a registry, and the hash decides.
    if (entry.resolved !== undefined) say(`comes from ${entry.resolved}`);
    // Of the packages for other kinds of machines npm knows only those names that somebody installed there.
    if (entry.optional === true && entry.integrity === undefined) continue;
    if (entry.integrity === undefined) say('has no hash');
    else if (!entry.integrity.startsWith('sha512-')) say('has a hash that can be forged: sha512');
    if (entry.hasInstallScript === true && entry.optional !== true && !(name in manifest.allowScripts))
      say('runs a script at installation: decide in allowScripts');
    if (inProduction(entry) && !LICENCES.test(licence)) say(`has the licence ${licence}`);
  }
  return problems;
}

/** What the manifest and the head of the lock say otherwise. */
function differences(
  { dependencies, devDependencies }: Manifest,
  head: Lock['packages'][string] | undefined,
): string[] {
  const wanted = { ...dependencies, ...devDependencies };
  const there: Record<string, string> = { ...head?.dependencies, ...head?.devDependencies };
  if (head === undefined) return [];
  return [...new Set([...Object.keys(wanted), ...Object.keys(there)])].filter((name) => wanted[name] !== there[name]);
}

/** Of scan/tools: each package by its version, with a hash. */
export function pipProblems(file: string, text: string): string[] {
  const entries = text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return entries
    .filter((entry) => !/^[\w.[\]-]+==[\w.]+(?: ;[^#]*)?(?: +--hash=sha256:[0-9a-f]{64})+\s*$/.test(entry))
    .map((entry) => `${file}: ${entry.split(' ')[0]} is not named by version and hash: NAME==VERSION --hash=sha256:…`);
}

function inProduction({ dev, devOptional }: z.infer<typeof locked>): boolean {
  return dev !== true && devOptional !== true;
}

/** What is known against the packages, where the registry tells: not every mirror does. */
async function advisories(root: string): Promise<{ said: string; problems: string[] }> {
  const { stdout } = await run('npm', ['audit', '--omit=dev', '--json'], { cwd: root });
  const answer = z.object({
    metadata: z.object({ vulnerabilities: z.object({ high: z.number(), critical: z.number() }) }),
  });
  const parsed = answer.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
  if (!parsed.success) return { said: 'advisories NOT asked (this registry has none)', problems: [] };
  const { high, critical } = parsed.data.metadata.vulnerabilities;
  return {
    said: 'advisories asked',
    problems: high + critical === 0 ? [] : [`npm audit: ${high} high, ${critical} critical`],
  };
}
