// Reads a rule set as it is stored with the runs it decided: canonical JSON of the parsed form, durations in milliseconds. What a
// later version of recon has added to rule sets is not in an old one.
import { z } from 'zod';
import { KINDS } from '../../domain/vocabulary.ts';

const storedRulesSchema = z.object({
  partner: z.partialRecord(z.enum(KINDS), z.enum(['required', 'optional', 'never'])),
  references: z.array(z.string()),
  groups: z.boolean(),
  tolerance: z.record(
    z.string(),
    z.object({
      absolute: z.union([z.literal(0), z.string()]).optional(),
      percent: z.string().optional(),
      cap: z.string().optional(),
    }),
  ),
  timing: z.record(z.string(), z.number()),
  keyless: z.object({ window: z.number(), lookBack: z.number() }),
  compare: z.array(z.string()),
  referenceRates: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])).optional(),
  fxBand: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});
export type StoredRules = z.infer<typeof storedRulesSchema>;

export function readStoredRules(body: string): StoredRules {
  return storedRulesSchema.parse(JSON.parse(body));
}
