// The mappings that a configuration names: each read once, however many accounts name it, and held against the side that it is for.
import { resolve } from 'node:path';
import { z } from 'zod';
import { readMapping } from '../activities/fetch/mapping/mapping.ts';
import { MappingInvalid } from '../activities/fetch/mapping/mapping-invalid.ts';
import type { Mapping } from '../activities/fetch/mapping/mapping-schema.ts';

const named = z.object({ mapping: z.string().optional().catch(undefined) }).catch({});
const outlineSchema = z
  .object({ accounts: z.array(z.object({ source: named.optional(), internal: named.optional() }).catch({})) })
  .catch({ accounts: [] });

/** By the name that the configuration gives it. What is wrong is added to the problems. */
export async function loadMappings(folder: string, body: unknown, problems: string[]): Promise<Map<string, Mapping>> {
  const wanted = outlineSchema.parse(body).accounts.flatMap(({ source, internal }) => [
    { name: source?.mapping, side: 'processor' },
    { name: internal?.mapping, side: 'internal' },
  ]);
  const mappings = new Map<string, Mapping>();
  const failed = new Set<string>();
  for (const { name, side } of wanted) {
    if (name === undefined || failed.has(name)) continue;
    try {
      const mapping =
        mappings.get(name) ?? (await readMapping(name.startsWith('ready:') ? name : resolve(folder, name)));
      mappings.set(name, mapping);
      if (mapping.side !== side) problems.push(`the mapping ${name} describes ${mapping.side} rows, not ${side} ones`);
    } catch (error) {
      if (!(error instanceof MappingInvalid)) throw error;
      problems.push(error.message);
      failed.add(name);
    }
  }
  return mappings;
}
