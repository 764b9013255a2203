// The CycloneDX list of the packages that production runs. npm writes it, for everything in the lock file, and what only development
// needs is taken out here: npm's own --omit dev leaves out packages too that both of them need.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './python-tools.ts';

const component = z.looseObject({ 'bom-ref': z.string() });
const billSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});
const locked = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), locked) });
const MISSING_NAMED_MAX = 10;

export type SoftwareBill = z.infer<typeof billSchema>;

/** @throws Error where a package of production is missing in it */
export async function softwareBill(root: string): Promise<SoftwareBill> {
  const made = await run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: root });
  if (made.code !== 0) throw new Error(`npm sbom: ${made.stderr.trim().slice(0, 500)}`);
  const all = billSchema.parse(JSON.parse(made.stdout));
  const { packages } = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const production = Object.entries(packages).filter(
    ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
  );
  const wanted = new Set(production.map(nameOf));
  const components = all.components.filter((one) => wanted.has(one['bom-ref']));
  const refs = new Set(components.map((one) => one['bom-ref'])).add(all.metadata.component['bom-ref']);
  const missing = production
    .filter(([, { optional }]) => optional !== true)
    .map(nameOf)
    .filter((name) => !refs.has(name));
  if (missing.length > 0) {
    const named = missing.slice(0, MISSING_NAMED_MAX).join(', ');
    throw new Error(`the CycloneDX list lacks ${missing.length} packages: ${named}`);
  }
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) }));
  return { ...all, components, dependencies };
}

/** As npm names it in the list. */
function nameOf([path, { name, version }]: [string, z.infer<typeof locked>]): string {
  return `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`;
}
