// The manifest of an evidence package: which run, which files with size and SHA-256, and what could not be had. Canonical
// JSON, so that the same package has the same bytes. Pure; holds no clock's answer but what the run fixed.
import { z } from 'zod';
import { canonicalJson } from '../../domain/rule-set.ts';

export const MANIFEST_FORMAT = 'recon-evidence/1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileSchema = z.strictObject({
  // Beside the manifest and nowhere else: what names another folder is not ours.
  name: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/),
  bytes: z.number().int().min(0),
  sha256,
});

const FILES_MAX = 100;

export const manifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  run: z.strictObject({
    account: z.string(),
    date: z.string(),
    number: z.number().int(),
    runId: z.string(),
    status: z.enum(['completed', 'failed', 'cancelled']),
    outcome: z.string().nullable(),
    decisionSeq: z.string().nullable(),
    codeVersion: z.string().nullable(),
    inputDigest: z.string().nullable(),
    resultDigest: sha256.nullable(),
    ruleSetHash: sha256.nullable(),
    finishedAt: z.string(),
  }),
  /** none: the run has no report; not_published: it has, but the store of reports had not taken it. */
  reports: z.enum(['copied', 'none', 'not_published']),
  /** gone: deleted from Temporal before the package was made. */
  history: z.enum(['archived', 'gone']),
  /** Anchors the slice of the audit chain; null where the database keeps no audit log. */
  audit: z
    .strictObject({
      chain: z.string(),
      epoch: z.number().int().nullable(),
      fromSeq: z.string().nullable(),
      toSeq: z.string().nullable(),
      head: z.string().nullable(),
    })
    .nullable(),
  files: z.array(fileSchema).min(1).max(FILES_MAX),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof fileSchema>;

/** Files sorted by name, one line without white space. */
export function manifestText(manifest: Manifest): string {
  const files = [...manifest.files].sort((a, b) => (a.name < b.name ? -1 : 1));
  return canonicalJson(manifestSchema.parse({ ...manifest, files }));
}

/** Why a text is no manifest, in words; or the manifest. */
export function parseManifest(
  text: string,
): Manifest | { readonly problem: string; readonly isUnknownFormat: boolean } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON', isUnknownFormat: false };
  }
  const format = z.object({ format: z.string() }).safeParse(body).data?.format;
  if (format !== undefined && format !== MANIFEST_FORMAT) {
    return {
      problem: `is of the format "${format.slice(0, 40)}", which this version does not know`,
      isUnknownFormat: true,
    };
  }
  const parsed = manifestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a manifest'}`,
      isUnknownFormat: false,
    };
  }
  if (new Set(parsed.data.files.map(({ name }) => name)).size < parsed.data.files.length) {
    return { problem: 'names a file twice', isUnknownFormat: false };
  }
  return parsed.data;
}
