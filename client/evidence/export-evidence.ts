// Fetches a sealed package from its store into a folder, and verifies what arrived. Whole or not at all: a folder that is there is a
// package, and nothing that was there before is written over.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  evidenceKey,
  exportFolderName,
  MANIFEST_DIGEST_FILE,
  MANIFEST_FILE,
  type NamedRun,
} from '../../activities/evidence/evidence-files.ts';
import type { EvidenceStore } from '../../activities/evidence/evidence-store.ts';
import { parseManifest } from '../../activities/evidence/manifest.ts';
import type { Seal } from '../../activities/evidence/seal-evidence.ts';
import { type PackageVerdict, verifyPackage } from '../../activities/evidence/verify-package.ts';
import { ObjectMissing } from '../../activities/report/object-store.ts';
import { UsageError } from '../usage-error.ts';

export interface ExportedEvidence {
  readonly folder: string;
  readonly verdict: PackageVerdict;
}

export async function exportEvidence(
  store: EvidenceStore,
  run: NamedRun,
  { manifestSha256 }: Seal,
  out: string = exportFolderName(run),
): Promise<ExportedEvidence> {
  const folder = resolve(out);
  await assertFree(folder, out);
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.part-`);
  try {
    await fetchAll(store, evidenceKey(run, manifestSha256), unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return { folder: out, verdict: await verifyPackage(folder, manifestSha256) };
}

async function assertFree(folder: string, typed: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`${typed} cannot be written to (${error.code}): name another folder with --out`);
  });
  if (there.length > 0) throw new UsageError(`${typed} is not empty: name another folder with --out`);
}

/** What the store does not have is not fetched: verifying names it. */
async function fetchAll(store: EvidenceStore, key: string, folder: string): Promise<void> {
  for (const name of [MANIFEST_FILE, MANIFEST_DIGEST_FILE]) await fetchFile(store, key, name, folder);
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => '');
  const manifest = parseManifest(text);
  if ('problem' in manifest) return;
  for (const { name } of manifest.files) await fetchFile(store, key, name, folder);
}

async function fetchFile(store: EvidenceStore, key: string, name: string, folder: string): Promise<void> {
  try {
    const content = await store.get(`${key}/${name}`);
    await pipeline(content, createWriteStream(join(folder, name), { flags: 'wx' }));
  } catch (error) {
    if (!(error instanceof ObjectMissing)) throw error;
  }
}
