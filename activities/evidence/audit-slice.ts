// Recomputes a slice of an audit chain from its own lines and holds it against the anchor of the manifest. Needs no database.
// Pure.
import { z } from 'zod';
import { auditBodySha256, auditRowHash } from '../../domain/audit-hash.ts';
import type { Manifest } from './manifest.ts';

const lineSchema = z.strictObject({
  chain: z.string(),
  epoch: z.number().int(),
  seq: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform(BigInt),
  body: z.string(),
  prevHash: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string(),
});
type Line = z.infer<typeof lineSchema>;

/** The first thing that does not hold, naming the row; null where all does. */
export function auditSliceProblem(text: string, anchor: NonNullable<Manifest['audit']>): string | null {
  let before: Line | undefined;
  let first: Line | undefined;
  for (const [index, json] of text.split('\n').slice(0, -1).entries()) {
    const row = lineOf(json);
    if (row === null) return `line ${index + 1} is not a row of an audit log`;
    const problem = rowProblem(row, before, anchor.chain);
    if (problem !== null) return `row ${row.seq} of chain ${anchor.chain}: ${problem}`;
    first ??= row;
    before = row;
  }
  if (text !== '' && !text.endsWith('\n')) return 'the last line is cut off';
  const held = [first?.seq.toString() ?? null, before?.seq.toString() ?? null, before?.hash ?? null];
  const anchored = [anchor.fromSeq, anchor.toSeq, anchor.head];
  return held.every((value, index) => value === anchored[index])
    ? null
    : 'it does not begin or end where the manifest anchors it';
}

function rowProblem(row: Line, before: Line | undefined, chain: string): string | null {
  if (row.chain !== chain) return `it belongs to chain ${row.chain}`;
  if (before !== undefined && before.epoch === row.epoch) {
    if (row.seq !== before.seq + 1n) return `it follows row ${before.seq}: rows are missing or out of order`;
    if (row.prevHash !== before.hash) return 'it does not continue the row before it';
  }
  if (before !== undefined && row.epoch < before.epoch) return 'it goes back to an earlier epoch';
  return auditRowHash(row, auditBodySha256(row.body)) === row.hash ? null : 'its hash is not that of what it says';
}

function lineOf(json: string): Line | null {
  return lineSchema.safeParse(parsed(json)).data ?? null;
}

export interface AuditedRow {
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const bodySchema = z.object({ key: z.string(), data: z.record(z.string(), z.unknown()) });

/** What the rows of a slice say, of those that can be read. */
export function auditedRows(text: string): AuditedRow[] {
  return text.split('\n').flatMap((json) => {
    const row = json === '' ? null : lineOf(json);
    if (row === null) return [];
    const body = bodySchema.safeParse(parsed(row.body));
    return body.success ? [body.data] : [];
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
