// Makes the next set of keys: a new one that encrypts, and the old ones, which from now on only decrypt. Pure but for the key itself.
import { randomBytes } from 'node:crypto';
import { parseKeyRing, type StoredKey, type StoredRing } from './key-ring.ts';
import { type KmsPlace, newKmsKey } from './kms-keys.ts';

export interface NewRingOptions {
  /** undefined: the new key is kept plain, for a laptop. */
  readonly kms?: KmsPlace | undefined;
  readonly namespace: string;
  readonly nowMs: number;
}

const KEY_BYTES = 32;
const SUFFIX_BYTES = 3;

/** @param before What is kept so far; undefined where there is nothing yet. @throws KeyRingInvalid */
export async function newRing(before: string | undefined, options: NewRingOptions): Promise<StoredRing> {
  const old = before === undefined ? {} : parseKeyRing(before).keys;
  // Two that are made on one day are told apart.
  const current = `${new Date(options.nowMs).toISOString().slice(0, 10)}-${randomBytes(SUFFIX_BYTES).toString('hex')}`;
  const ring = { format: 'recon-codec-keys/1', current, keys: { ...old, [current]: await newKey(current, options) } };
  return parseKeyRing(JSON.stringify(ring));
}

async function newKey(id: string, { kms, namespace }: NewRingOptions): Promise<StoredKey> {
  if (kms === undefined) return { local: randomBytes(KEY_BYTES).toString('base64') };
  return { kms: Buffer.from(await newKmsKey(kms, namespace, id)).toString('base64') };
}

export function ringText(ring: StoredRing): string {
  return `${JSON.stringify(ring, null, 2)}\n`;
}
