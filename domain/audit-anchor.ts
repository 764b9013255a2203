// What is kept of a chain outside of the database: where it stood, and which anchor came before. Pure.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './rule-set.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const decimal = z.string().regex(/^[1-9]\d{0,17}$/);

const anchorSchema = z.strictObject({
  chain: z.string().min(1),
  epoch: z.int().min(1),
  /** The first row that no earlier anchor covers. */
  fromSeq: decimal,
  toSeq: decimal,
  /** The hash of row toSeq. */
  head: sha256,
  /** Of the anchor before, as its file stands; null for the first. */
  previousAnchorSha: sha256.nullable(),
  time: z.iso.datetime(),
});
export type AuditAnchor = z.infer<typeof anchorSchema>;

export function anchorText(anchor: AuditAnchor): string {
  return canonicalJson(anchor);
}

/** Null where the text is not an anchor as it is written. */
export function parseAnchor(text: string): AuditAnchor | null {
  try {
    const anchor = anchorSchema.parse(JSON.parse(text));
    return anchorText(anchor) === text ? anchor : null;
  } catch {
    return null;
  }
}

export function anchorSha256(text: string): string {
  return hash('sha256', text, 'hex');
}

export const ANCHOR_FOLDER = 'audit/anchors';
const EPOCH_DIGITS = 6;
const SEQ_DIGITS = 18;

/** "audit/anchors/stripe/us/000001-000000000000000042.json": in the order of the chain. */
export function anchorKey({ chain, epoch, toSeq }: Pick<AuditAnchor, 'chain' | 'epoch' | 'toSeq'>): string {
  const name = `${String(epoch).padStart(EPOCH_DIGITS, '0')}-${toSeq.padStart(SEQ_DIGITS, '0')}.json`;
  return `${anchorFolder(chain)}/${name}`;
}

export function anchorFolder(chain: string): string {
  return `${ANCHOR_FOLDER}/${chain}`;
}

const ANCHOR_KEY = new RegExp(`^${ANCHOR_FOLDER}/(?<chain>.+)/\\d{${EPOCH_DIGITS}}-\\d{${SEQ_DIGITS}}\\.json$`);

/** The chain that an anchor's key is of; null for other keys. */
export function chainOfAnchorKey(key: string): string | null {
  return ANCHOR_KEY.exec(key)?.groups?.chain ?? null;
}
