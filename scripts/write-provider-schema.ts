// Cuts the AWS provider's schema down to the types that terraform/ uses, so that arguments can be checked without the provider's
// 700 MB. Run it after the first use of a new type: node scripts/write-provider-schema.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../local/build-once.ts';
import { cacheFolder } from '../local/cache-folder.ts';
import { definedEnvironment, hostEnvironment } from '../local/host-environment.ts';
import { runCommand } from '../local/run-command.ts';
import { extractType } from './infra/terraform/extract-type.ts';
import { readTerraform } from './infra/terraform/tree.ts';

// Made by generating code from the provider's own schema.
const PACKAGE = '@cdktn/provider-aws';
const VERSION = '25.7.0';
const PROVIDER = 'hashicorp/aws 6.66.0';
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const environment = hostEnvironment();
const installed = await buildOnce({
  path: join(cacheFolder(environment), `terraform-provider-aws-${VERSION}`),
  what: `fetching ${PACKAGE} ${VERSION} (once per machine)`,
  timeoutMs: INSTALL_TIMEOUT_MS,
  build: async (folder) => {
    const args = [
      'install',
      `${PACKAGE}@${VERSION}`,
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--no-audit',
      '--no-fund',
    ];
    await runCommand({
      command: 'npm',
      args: [...args, '--prefix', folder],
      env: definedEnvironment(environment),
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
    return join(folder, 'node_modules', PACKAGE, 'lib');
  },
});

const tree = await readTerraform('terraform');
const used = new Set(['provider aws']);
for (const module of tree.modules.values()) {
  for (const { kind, type } of module.resources) used.add(`${kind} ${type}`);
}
const lines = [
  `# ${PROVIDER}, by ${PACKAGE} ${VERSION}. Written by scripts/write-provider-schema.ts; see scripts/infra/terraform/schema.ts.`,
];
for (const type of [...used].sort()) {
  const path = join(installed, folderOf(type), 'index.js');
  if (!existsSync(path)) throw new RangeError(`${PROVIDER} has no ${type} (${path})`);
  lines.push(type, ...extractType(readFileSync(path, 'utf8')));
}
writeFileSync('terraform/provider-schema.txt', `${lines.join('\n')}\n`);
process.stdout.write(`${used.size} types, ${lines.length} lines\n`);

/** "resource aws_s3_bucket" is in s3-bucket, "data aws_iam_role" in data-aws-iam-role. */
function folderOf(type: string): string {
  const [kind = '', name = ''] = type.split(' ');
  if (kind === 'provider') return 'provider';
  return (kind === 'data' ? `data-${name}` : name.replace(/^aws_/, '')).replaceAll('_', '-');
}
