// The watchdog as cron runs it: `recon watchdog` in a process of its own, on a company's configuration.
import { z } from 'zod';
import { type CliAnswer, recon } from '../client/cli-processes-for-tests.ts';
import { CAUSES } from '../client/watchdog/finding.ts';

const answerSchema = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ cause: z.enum(CAUSES), about: z.string(), severity: z.string(), detail: z.string(), next: z.string() }),
  ),
  alarm: z.object({ told: z.array(z.string()), quiet: z.array(z.string()), failed: z.array(z.string()) }),
});

export interface Watched extends z.infer<typeof answerSchema> {
  readonly code: number;
  /** What CloudWatch counts, and misses where nobody was told: the line that it looked at everything. */
  readonly looked: boolean;
  /** What it found of one cause. */
  of(cause: (typeof CAUSES)[number]): readonly z.infer<typeof answerSchema>['findings'][number][];
}

export async function watch(
  configFile: string,
  environment: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<Watched> {
  const typed = ['watchdog', '--json', ...options];
  const answer: CliAnswer = await recon(typed, { RECON_CONFIG: configFile, ...environment });
  if (answer.stdout === '') throw new Error(`recon watchdog ended with ${answer.code}: ${answer.stderr}`);
  const said = answerSchema.parse(JSON.parse(answer.stdout));
  const looked = answer.stderr.includes('watchdog looked at everything');
  return {
    ...said,
    looked,
    code: answer.code,
    of: (cause) => said.findings.filter((finding) => finding.cause === cause),
  };
}
