// An environment's recon.yaml.tftpl as Terraform renders it, as far as these templates go: ${name}, and whole lines of if, else and endif with ~.
// And what the worker says of it, with made-up secrets in the place of those that it would fetch.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigInvalid, loadConfig } from '../../../worker/config.ts';

const SECRETS: Readonly<Record<string, string>> = {
  // not a secret: made up for a check
  'database-url': 'postgres://recon_service:made-up@db.example.com:5432/recon?sslmode=verify-full',
  'codec-keys': '{"format":"recon-codec-keys/1","current":"a","keys":{"a":{"kms":"AAAA"}}}',
  'temporal-login#cert': '-----BEGIN CERTIFICATE-----',
};
// Of a kind that may stand in any place that is not named above.
const ANY_SECRET = 'rk_test_'.padEnd(64, '0');
const REFERENCE = /aws-secret:[\w-]+\/([\w-]+(?:#\w+)?)/g;

export function rendered(template: string, values: Readonly<Record<string, string>>): string {
  const lines: string[] = [];
  let isShown = true;
  for (const line of template.split('\n')) {
    const [, name = '', wanted] = /^%\{ if (\w+) == "(\w+)" ~\}$/.exec(line) ?? [];
    if (wanted !== undefined) isShown = values[name] === wanted;
    else if (line === '%{ else ~}') isShown = !isShown;
    else if (line === '%{ endif ~}') isShown = true;
    else if (isShown) lines.push(line.replaceAll(/\$\{(\w+)\}/g, (_, value: string) => values[value] ?? ''));
  }
  return lines.join('\n');
}

/** One line for each thing that the worker would refuse. */
export async function refusals(yaml: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-rendered-'));
  const environment: Record<string, string> = {};
  const text = yaml.replaceAll(REFERENCE, (_, name: string) => {
    const variable = name.replaceAll(/\W/g, '_').toUpperCase();
    environment[variable] = SECRETS[name] ?? ANY_SECRET;
    return `env:${variable}`;
  });
  try {
    const file = join(folder, 'recon.yaml');
    await writeFile(file, text);
    await loadConfig(file, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
