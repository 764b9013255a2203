// A worker whose workflows somebody broke: the compiled workflows of this version with one place changed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { workflowBundle } from '../worker/run-worker.ts';
import { BUNDLE_FOLDER } from './bundle-folder.ts';
import type { WorkerCode } from './worker-process.ts';

export async function brokenBundle(folder: string, from: string, to: string): Promise<WorkerCode> {
  const good = await workflowBundle(BUNDLE_FOLDER);
  const parts = (await readFile(good, 'utf8')).split(from);
  if (parts.length !== 2) throw new RangeError(`the compiled workflows hold "${from}" ${parts.length - 1} times`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, basename(good)), parts.join(to));
  return { bundleFolder: folder };
}
