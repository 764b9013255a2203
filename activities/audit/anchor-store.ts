// Where anchors are kept, outside of the database: written once, never replaced, read as they were first written.
import type { StoredAnchor } from '../../domain/audit-anchored.ts';

export interface AnchorStore {
  /** Idempotent by (key, text). @throws ObjectDiffers when the key holds another text; StoreUnavailable */
  put(key: string, text: string): Promise<void>;
  /** Of one chain, oldest first. @throws StoreUnavailable */
  read(chain: string): Promise<readonly StoredAnchor[]>;
  /** The newest of a chain, null where there is none. @throws StoreUnavailable */
  latest(chain: string): Promise<StoredAnchor | null>;
  /** Every chain that has an anchor. @throws StoreUnavailable */
  chains(): Promise<readonly string[]>;
  /** For people: a folder, or s3://bucket/prefix. */
  readonly place: string;
}

/** Seven years of ten runs a day: more is not a folder of ours. */
export const ANCHORS_PER_CHAIN_MAX = 30_000;
