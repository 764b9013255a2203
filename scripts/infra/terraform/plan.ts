// Does Terraform itself plan both environments, with stand-ins for what AWS would make? Needs terraform or tofu on PATH, which neither npm nor
// PyPI has; where there is none, it says that it was not run.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findExecutable } from '../../../local/find-executable.ts';
import { hostEnvironment } from '../../../local/host-environment.ts';
import type { InfraCheck } from '../check.ts';
import { standInsFor } from './stand-ins.ts';
import { readTerraform, type TerraformTree } from './tree.ts';

const TIMEOUT_MS = 2 * 60_000;
const ERROR_CHARS_MAX = 600;
const FILES = /\.(tftpl|cjs)$/;

export function terraformPlan(root: string): InfraCheck {
  return {
    name: 'terraform plan',
    run: async () => {
      const terraform = await terraformOnPath();
      if (terraform === undefined) return { checked: 'not run: neither terraform nor tofu is on PATH', problems: [] };
      const tree = await readTerraform(root);
      const environments = [...tree.modules.keys()].filter((path) => path.startsWith('environments/'));
      const folder = await mkdtemp(join(tmpdir(), 'recon-plan-'));
      try {
        await writeStandIns(tree, environments, folder);
        const plans: string[] = [];
        const problems: string[] = [];
        for (const environment of environments) {
          const { ok, said } = await planned(terraform, join(folder, environment));
          const [, count] = /Plan: (\d+) to add/.exec(said) ?? [];
          if (!ok || count === undefined) problems.push(`${environment}: ${errorIn(said)}`);
          else plans.push(`${count} in ${environment.slice('environments/'.length)}`);
        }
        return { checked: `stand-ins for resources: ${plans.join(', ')}`, problems };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

export async function terraformOnPath(): Promise<string | undefined> {
  const environment = hostEnvironment();
  return (await findExecutable('terraform', environment)) ?? findExecutable('tofu', environment);
}

async function writeStandIns(tree: TerraformTree, environments: readonly string[], folder: string): Promise<void> {
  await cp(tree.root, folder, { recursive: true, filter: (path) => !/\.[a-z]+$/.test(path) || FILES.test(path) });
  for (const [path, json] of standInsFor(tree)) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'main.tf.json'), json);
  }
  for (const environment of environments) {
    await writeFile(
      join(folder, environment, 'terraform.tfvars'),
      tree.texts.get(`${environment}/terraform.tfvars.example`) ?? '',
    );
  }
}

/** Terraform also prints how far it came before an error. */
async function planned(terraform: string, cwd: string): Promise<{ ok: boolean; said: string }> {
  const run = { cwd, timeout: TIMEOUT_MS, maxBuffer: 2 ** 26, env: { ...process.env, CHECKPOINT_DISABLE: '1' } };
  try {
    await promisify(execFile)(terraform, ['init', '-backend=false', '-no-color', '-input=false'], run);
    const { stdout } = await promisify(execFile)(terraform, ['plan', '-no-color', '-input=false', '-lock=false'], run);
    return { ok: true, said: stdout };
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    return { ok: false, said: `${stdout ?? ''}${stderr ?? String(error)}` };
  }
}

function errorIn(said: string): string {
  const from = said.indexOf('Error: ');
  return said
    .slice(Math.max(from, 0))
    .replaceAll(/[\s│╵╷]+/g, ' ')
    .slice(0, ERROR_CHARS_MAX)
    .trim();
}
