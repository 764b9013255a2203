// Seals the evidence of a closed run: puts its package into the store, then notes where it stands. Idempotent by run id: what was
// sealed first stays. A kill half-way leaves files that no row names; sealing again gives the same bytes and completes them.
import { hash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { auditEvidenceWritten } from '../audit/run-events.ts';
import {
  contentTypeOf,
  evidenceKey,
  MANIFEST_DIGEST_FILE,
  MANIFEST_FILE,
  manifestDigestText,
} from './evidence-files.ts';
import type { EvidenceStore } from './evidence-store.ts';
import { openPackageFolder, type PackageFolder } from './package-folder.ts';
import type { SealedRun } from './read-sealed-run.ts';
import { type PackageSources, type WrittenPackage, writePackage } from './write-package.ts';

export interface SealDeps extends PackageSources {
  readonly store: EvidenceStore;
}

const sealRow = z.object({ manifestSha256: z.string(), location: z.string() });
export type Seal = z.infer<typeof sealRow>;

export async function sealEvidence(
  deps: SealDeps,
  { runId, mayLackReports = false }: { readonly runId: bigint; readonly mayLackReports?: boolean },
): Promise<Seal> {
  const sealed = await readSeal(deps.database, runId);
  if (sealed !== null) return sealed;
  const path = await mkdtemp(join(tmpdir(), 'recon-evidence-'));
  try {
    const folder = openPackageFolder(path);
    const written = await writePackage(deps, runId, folder, { mayLackReports });
    const seal = await putPackage(deps.store, folder, written);
    await noteSeal(deps, written.run, seal);
    // Another sealer may have been first: its row is the one that counts.
    return (await readSeal(deps.database, runId)) ?? seal;
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

export function readSeal(connection: CommonQueryMethods, runId: bigint): Promise<Seal | null> {
  return connection.maybeOne(sql.type(sealRow)`
    select manifest_sha256 as "manifestSha256", location from evidence where run_id = ${runId}`);
}

/** The manifest after the files it names, its digest last: a package that has it is whole. */
async function putPackage(
  store: EvidenceStore,
  folder: PackageFolder,
  { run, manifestText }: WrittenPackage,
): Promise<Seal> {
  const manifestSha256 = hash('sha256', manifestText, 'hex');
  const key = evidenceKey({ account: run.account, date: run.runDate, number: run.runNumber }, manifestSha256);
  for (const { name, sha256 } of folder.files()) {
    await store.put(`${key}/${name}`, { path: join(folder.path, name) }, { contentType: contentTypeOf(name), sha256 });
  }
  await putText(store, `${key}/${MANIFEST_FILE}`, manifestText);
  await putText(store, `${key}/${MANIFEST_DIGEST_FILE}`, manifestDigestText(manifestSha256));
  return { manifestSha256, location: store.locate(key) };
}

async function putText(store: EvidenceStore, key: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  await store.put(key, bytes, { contentType: contentTypeOf(key), sha256: hash('sha256', bytes, 'hex') });
}

async function noteSeal({ database }: SealDeps, run: SealedRun, seal: Seal): Promise<void> {
  const { manifestSha256, location } = seal;
  await database.transaction(async (connection) => {
    const noted = await connection.query(sql.unsafe`
      insert into evidence (run_id, manifest_sha256, location) values (${run.runId}, ${manifestSha256}, ${location})
      on conflict (run_id) do nothing`);
    if (noted.rowCount > 0) await auditEvidenceWritten(connection, run, manifestSha256);
  });
}
