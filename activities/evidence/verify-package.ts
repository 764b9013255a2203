// Decides whether a folder holds an evidence package exactly as it was sealed: every hash recomputed, nothing missing, nothing
// added, the result the one that was decided and reported, the audit slice unbroken. Needs no configuration and no network.
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_DIGEST_FILE, MANIFEST_FILE, manifestDigestOf } from './evidence-files.ts';
import { type Manifest, manifestText, parseManifest } from './manifest.ts';
import { packageContradictions } from './package-contradictions.ts';

export interface PackageFault {
  /** As it is called in the folder. */
  readonly file: string;
  readonly problem: string;
}

export interface PackageVerdict {
  /** cannot: nothing is proved either way; the one fault says why. */
  readonly verdict: 'intact' | 'broken' | 'cannot';
  readonly manifest: Manifest | null;
  readonly manifestSha256: string | null;
  /** The first bad file first. */
  readonly faults: readonly PackageFault[];
}

/** More than any package has; a folder with more is something else. */
const ENTRIES_MAX = 1_000;
const MANIFEST_BYTES_MAX = 1_000_000;

/** @param expected SHA-256 of the manifest as the audit log or the database has it, where the caller knows it. */
export async function verifyPackage(folder: string, expected: string | null = null): Promise<PackageVerdict> {
  const names = await namesIn(folder);
  if (typeof names === 'string') return cannot('.', names);
  const odd = names.find(({ isPlain }) => !isPlain);
  // Nothing of it is opened: a pipe would keep us waiting, a link leads elsewhere.
  if (odd !== undefined) return broken([{ file: odd.name, problem: 'is not a plain file' }]);
  return verifyNamed(folder, new Set(names.map(({ name }) => name)), expected);
}

async function verifyNamed(folder: string, names: ReadonlySet<string>, expected: string | null) {
  if (!names.has(MANIFEST_FILE)) return cannot(MANIFEST_FILE, 'is missing: this is not a whole package');
  const text = await readManifest(join(folder, MANIFEST_FILE));
  if (text === null) return cannot(MANIFEST_FILE, `cannot be read, or is larger than ${MANIFEST_BYTES_MAX} bytes`);
  const manifestSha256 = hash('sha256', text, 'hex');
  const parsed = parseManifest(text);
  if ('problem' in parsed) {
    const fault = { file: MANIFEST_FILE, problem: parsed.problem };
    if (parsed.isUnknownFormat) return cannot(fault.file, fault.problem);
    return broken([fault], null, manifestSha256);
  }
  const faults = await manifestFaults(folder, text, { manifestSha256, expected, parsed });
  for (const file of parsed.files) {
    const problem = names.has(file.name) ? await fileProblem(join(folder, file.name), file) : 'is missing';
    if (problem !== null) faults.push({ file: file.name, problem });
  }
  const known = new Set([MANIFEST_FILE, MANIFEST_DIGEST_FILE, ...parsed.files.map(({ name }) => name)]);
  for (const name of names) if (!known.has(name)) faults.push({ file: name, problem: 'is not in the manifest' });
  // What contradicts what is asked only of files that are the sealed ones.
  if (faults.length === 0) faults.push(...(await packageContradictions(folder, parsed)));
  if (faults.length > 0) return broken(faults, parsed, manifestSha256);
  return { verdict: 'intact' as const, manifest: parsed, manifestSha256, faults };
}

function broken(
  faults: readonly PackageFault[],
  manifest: Manifest | null = null,
  manifestSha256: string | null = null,
): PackageVerdict {
  return { verdict: 'broken', manifest, manifestSha256, faults };
}

function cannot(file: string, problem: string): PackageVerdict {
  return { verdict: 'cannot', manifest: null, manifestSha256: null, faults: [{ file, problem }] };
}

/** Why it cannot be listed, in words; or the names, sorted. */
async function namesIn(folder: string): Promise<ReadonlyArray<{ name: string; isPlain: boolean }> | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    if (entries.length > ENTRIES_MAX) return `holds more than ${ENTRIES_MAX} files`;
    return entries
      .map((entry) => ({ name: entry.name, isPlain: entry.isFile() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return `is not a folder that can be read (${codeOf(error)})`;
  }
}

async function readManifest(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MANIFEST_BYTES_MAX) return null;
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

async function manifestFaults(
  folder: string,
  text: string,
  about: { readonly manifestSha256: string; readonly expected: string | null; readonly parsed: Manifest },
): Promise<PackageFault[]> {
  const { manifestSha256, expected, parsed } = about;
  const changed = (how: string): PackageFault[] => [{ file: MANIFEST_FILE, problem: `was changed: ${how}` }];
  if (expected !== null && expected !== manifestSha256) return changed('its SHA-256 is not the one that was given');
  if (manifestText(parsed) !== text) return changed('it is not written as it is sealed');
  const digest = await readFile(join(folder, MANIFEST_DIGEST_FILE), 'utf8').catch(() => null);
  if (digest === null) return [{ file: MANIFEST_DIGEST_FILE, problem: 'is missing' }];
  const noted = manifestDigestOf(digest);
  if (noted === null) return [{ file: MANIFEST_DIGEST_FILE, problem: 'is not the digest of a manifest' }];
  return noted === manifestSha256 ? [] : changed(`${MANIFEST_DIGEST_FILE} names another one`);
}

async function fileProblem(path: string, file: Manifest['files'][number]): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size !== file.bytes) return `was replaced: ${size} bytes, ${file.bytes} were sealed`;
    const digest = createHash('sha256');
    for await (const chunk of createReadStream(path)) digest.update(chunk);
    return digest.digest('hex') === file.sha256 ? null : 'was replaced: its SHA-256 is another than the sealed one';
  } catch (error) {
    return `cannot be read (${codeOf(error)})`;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
