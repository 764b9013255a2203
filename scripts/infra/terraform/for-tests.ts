// A copy of terraform/ with one thing changed, for tests that watch a check find it.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InfraCheck } from '../check.ts';

export interface Change {
  /** Below terraform/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What a check finds in terraform/ as it is, and with the change. */
export async function problemsAfter(
  check: (root: string) => InfraCheck,
  { file, from, to }: Change,
): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), 'recon-terraform-'));
  try {
    await cp('terraform', root, { recursive: true });
    const text = await readFile(join(root, file), 'utf8');
    if (!text.includes(from)) throw new RangeError(`${file} does not hold ${from}: the test changes nothing`);
    await writeFile(join(root, file), text.replace(from, to));
    return (await check(root).run()).problems;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
