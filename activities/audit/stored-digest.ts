// The SHA-256 of an object as its store gives it back, read as a stream.
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../report/object-store.ts';

/** @throws ObjectMissing, StoreUnavailable */
export async function storedDigest(store: Pick<ObjectStore, 'get'>, key: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of await store.get(key)) digest.update(chunk);
  return digest.digest('hex');
}
