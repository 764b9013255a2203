// The data keys of the codec: one encrypts, the others only decrypt. A key is kept plain (a laptop) or wrapped by AWS KMS, and is
// unwrapped once a process. Never shows a key, and never invents one.
import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export interface DataKey {
  readonly id: string;
  readonly secret: KeyObject;
}

export interface DataKeys {
  /** Encrypts from now on. */
  current(): Promise<DataKey>;
  /** @throws CodecKeyUnknown */
  byId(keyId: string): Promise<DataKey>;
}

/** A payload names a key that is not among ours: it may come back, so whoever meets this tries again. */
export class CodecKeyUnknown extends Error {
  override readonly name = 'CodecKeyUnknown';
  readonly keyId: string;
  constructor(keyId: string) {
    super(
      `the codec has no key "${keyId}": put it back among the keys that temporal.codec.keys names; nothing is lost`,
    );
    this.keyId = keyId;
  }
}

/** What is kept of the keys cannot be used as it is. */
export class KeyRingInvalid extends RangeError {
  override readonly name = 'KeyRingInvalid';
}

const KEY_BYTES = 32;
/** A key for each quarter of the seven years that evidence is kept. */
const KEYS_MAX = 28;
// A key that is not there is asked for by every payload that it encrypted.
const FRESH_EVERY_MS = 1_000;

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'is not base64');
const keyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not a short name such as 2026-11-23');

const ringSchema = z
  .strictObject({
    format: z.literal('recon-codec-keys/1'),
    current: keyId,
    keys: z.record(keyId, z.union([z.strictObject({ local: base64 }), z.strictObject({ kms: base64 })])),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), 'the current key is not among the keys')
  .refine(({ keys }) => Object.keys(keys).length <= KEYS_MAX, `holds more than ${KEYS_MAX} keys: take out the oldest`);

export type StoredRing = z.infer<typeof ringSchema>;
export type StoredKey = StoredRing['keys'][string];

/** @throws KeyRingInvalid; its message repeats nothing of the text. */
export function parseKeyRing(text: string): StoredRing {
  const parsed = ringSchema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new KeyRingInvalid(
    `the keys of the codec cannot be used (${problems.join('; ')}): make them with recon codec rotate`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says repeats the text.
    return undefined;
  }
}

/** Gives the bytes of a key that AWS KMS wrapped. */
export type Unwrap = (keyId: string, wrapped: Uint8Array) => Promise<Uint8Array>;

export interface KeyRingOptions {
  /** `fresh`: a copy that is kept will not do. */
  readonly read: (want: { readonly fresh: boolean }) => Promise<string>;
  readonly unwrap: Unwrap;
  /** Milliseconds that never go back. */
  readonly clock?: () => number;
}

export class KeyRing implements DataKeys {
  readonly #options: KeyRingOptions;
  readonly #clock: () => number;
  readonly #opened = new Map<string, { readonly stored: string; readonly key: Promise<DataKey> }>();
  #parsed: { readonly text: string; readonly ring: StoredRing } | undefined;
  #freshAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  async current(): Promise<DataKey> {
    const ring = await this.#stored(false);
    return this.#open(ring, ring.current);
  }

  /** A key that another process has just made is fetched. */
  async byId(id: string): Promise<DataKey> {
    const ring = await this.#stored(false);
    if (Object.hasOwn(ring.keys, id)) return this.#open(ring, id);
    if (this.#clock() - this.#freshAtMs < FRESH_EVERY_MS) throw new CodecKeyUnknown(id);
    this.#freshAtMs = this.#clock();
    return this.#open(await this.#stored(true), id);
  }

  async #stored(fresh: boolean): Promise<StoredRing> {
    const text = await this.#options.read({ fresh });
    if (this.#parsed?.text !== text) this.#parsed = { text, ring: parseKeyRing(text) };
    return this.#parsed.ring;
  }

  async #open(ring: StoredRing, id: string): Promise<DataKey> {
    const stored = Object.hasOwn(ring.keys, id) ? ring.keys[id] : undefined;
    if (stored === undefined) throw new CodecKeyUnknown(id);
    const text = JSON.stringify(stored);
    const known = this.#opened.get(id);
    if (known?.stored === text) return known.key;
    const key = this.#unwrapped(id, stored);
    this.#opened.set(id, { stored: text, key });
    // One that could not be unwrapped is tried again by the next.
    key.catch(() => this.#opened.delete(id));
    return key;
  }

  async #unwrapped(id: string, stored: StoredKey): Promise<DataKey> {
    const bytes =
      'local' in stored
        ? Buffer.from(stored.local, 'base64')
        : await this.#options.unwrap(id, Buffer.from(stored.kms, 'base64'));
    if (bytes.byteLength !== KEY_BYTES) {
      throw new KeyRingInvalid(`the key "${id}" of the codec has ${bytes.byteLength} bytes, not ${KEY_BYTES}`);
    }
    return { id, secret: createSecretKey(bytes) };
  }
}
