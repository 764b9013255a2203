import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { elsewhereCheck } from './elsewhere-check.ts';

const WRONG = [
  '.github/workflows/extra.yaml',
  '.npmrc',
  'Containerfile',
  'actions/x/action.yml',
  'compose.override.yml',
  'infra/main.tf',
  'terraform/modules/kms/more.tf.json',
];
const RIGHT = [
  '.github/actions/x/action.yml',
  '.github/workflows/check.yml',
  'docker-compose.yml',
  'terraform/modules/kms/main.tf',
];

test.each([
  ['a checkout', true],
  ['a copy without history', false],
])('infrastructure where no check looks is named in %s, and nothing else', async (_, isCheckout) => {
  const folder = mkdtempSync(join(tmpdir(), 'recon-elsewhere-'));
  try {
    if (isCheckout) execFileSync('git', ['init', '--quiet'], { cwd: folder });
    for (const file of [...WRONG, ...RIGHT]) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    const { problems } = await elsewhereCheck(folder).run();
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual(WRONG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
