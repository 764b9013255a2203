// Where reports are kept: written once under a key, never overwritten. A folder and S3 behave the same.
import type { Readable } from 'node:stream';

/** Bytes in memory, or a file that is streamed. */
export type ObjectBody = Uint8Array | { readonly path: string };

export interface PutOptions {
  readonly contentType: string;
  /** Of the body, lower-case hex. What arrives is checked against it. */
  readonly sha256: string;
}

/** Whoever has the URL reads that one object without a login, until it expires: it is shown, and never logged, mailed or kept. */
export interface ObjectLink {
  readonly url: string;
  /** ISO instant. */
  readonly expiresAt: string;
}

export interface ObjectStore {
  /** Idempotent by (key, content). @throws ObjectDiffers when the key holds another content. */
  put(key: string, body: ObjectBody, options: PutOptions): Promise<{ location: string; alreadyThere: boolean }>;
  /** @throws ObjectMissing */
  get(key: string): Promise<Readable>;
  exists(key: string): Promise<boolean>;
  /** Null where no link is needed: whoever may read the folder opens the file. @throws ObjectMissing, of what needs one */
  link(key: string, nowMs: number): Promise<ObjectLink | null>;
  /** The address that put() answers with, for a key that may not exist yet. */
  locate(key: string): string;
}

/** The key is taken by another content, which stays. */
export class ObjectDiffers extends Error {
  override readonly name = 'ObjectDiffers';
  readonly location: string;
  constructor(location: string) {
    super(
      `${location} holds another content and is never overwritten: look at it, and remove it only if it is not a report`,
    );
    this.location = location;
  }
}

export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';
  readonly location: string;
  constructor(location: string, options?: ErrorOptions) {
    super(`${location} does not exist: publish the report of its run again`, options);
    this.location = location;
  }
}

/** The store cannot be reached or refuses: worth another try after somebody looked. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly location: string;
  constructor(location: string, reason: string, options?: ErrorOptions) {
    super(`${location}: ${reason}`, options);
    this.location = location;
  }
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const KEY_CHARS_MAX = 512;

/** Keys are made by us; one that could leave the folder is a mistake of ours. */
export function assertKey(key: string): string {
  if (!KEY.test(key) || key.length > KEY_CHARS_MAX)
    throw new TypeError(`"${key.slice(0, 80)}" is not a key of a store`);
  return key;
}
