// What checkov, a public set of rules for Terraform on AWS, finds, but for what terraform/checkov.yaml skips with a reason. A skip that
// finds nothing any more is a problem too. checkov is installed once per machine, from PyPI.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { z } from 'zod';
import type { InfraCheck } from '../check.ts';
import { problemLines, runTool } from '../python-tools.ts';

const resultSchema = z.object({
  summary: z.object({ passed: z.int() }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
});

export function terraformCheckov(root: string): InfraCheck {
  return {
    name: 'terraform checkov',
    run: async () => {
      const skips = await skipsOf(join(root, 'checkov.yaml'));
      const { summary, results } = await runCheckov(root);
      const found = results.failed_checks;
      const problems = [
        ...found
          .filter(({ check_id }) => !skips.has(check_id))
          .map(({ check_id, check_name, resource }) => `${check_id} ${resource}: ${check_name}`),
        ...[...skips]
          .filter(([, reason]) => reason === '')
          .map(([id]) => `checkov.yaml: ${id} is skipped without a reason`),
        ...[...skips.keys()]
          .filter((id) => !found.some(({ check_id }) => check_id === id))
          .map((id) => `checkov.yaml: ${id} finds nothing any more: do not skip it`),
      ];
      return { checked: `${summary.passed} passed, ${skips.size} rules skipped with a reason`, problems };
    },
  };
}

/** By rule: the comment behind it. */
async function skipsOf(path: string): Promise<Map<string, string>> {
  const { contents } = parseDocument(await readFile(path, 'utf8'));
  const list = isMap(contents) ? contents.get('skip-check', true) : undefined;
  const items = isSeq(list) ? list.items : [];
  return new Map(
    items.filter((item) => isScalar(item)).map(({ value, comment }) => [String(value), comment?.trim() ?? '']),
  );
}

async function runCheckov(root: string): Promise<z.infer<typeof resultSchema>> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-checkov-'));
  try {
    const args = ['--directory', root, '--framework', 'terraform', '--soft-fail', '--quiet'];
    const output = ['--output', 'json', '--output-file-path', folder];
    const { code, stderr } = await runTool('checkov', 'checkov', [...args, ...output], { cwd: process.cwd() });
    if (code !== 0) throw new Error(`checkov ended with ${code}: ${problemLines(stderr, root).at(-1) ?? ''}`);
    return resultSchema.parse(JSON.parse(await readFile(join(folder, 'results_json.json'), 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
