// Encrypts what Temporal keeps, and decrypts what comes back: AES-256-GCM over the whole payload, bound to the namespace and to
// the key's id. Payloads from before there was a codec come back as they are. Never logs a payload.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { DataKey, DataKeys } from './key-ring.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
/** What we write: another way of encrypting gets another name. */
const SCHEME = 'AES-256-GCM/1';
// NIST SP 800-38D: a random nonce of 96 bits serves 2^32 payloads under one key (section 8.3), and tags of 128 bits.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_CHARS_MAX = 64;

/** What was read is not what was written, or was written for another namespace. Trying again does not help. */
export class PayloadSpoilt extends Error {
  override readonly name = 'PayloadSpoilt';
}

export class EncryptingCodec implements PayloadCodec {
  readonly #keys: DataKeys;
  readonly #namespace: string;

  constructor(keys: DataKeys, namespace: string) {
    this.#keys = keys;
    this.#namespace = namespace;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (payloads.length === 0) return [];
    const key = await this.#keys.current();
    return payloads.map((payload) => this.#encrypted(payload, key));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => (isEncrypted(payload) ? this.#decrypted(payload) : payload)));
  }

  #encrypted(payload: Payload, key: DataKey): Payload {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(this.#namespace, key.id));
    const message = cipher.update(PayloadMessage.encode(payload).finish());
    return {
      metadata: {
        encoding: Buffer.from(ENCODING),
        'encryption-cipher': Buffer.from(SCHEME),
        'encryption-key-id': Buffer.from(key.id),
      },
      data: Buffer.concat([nonce, message, cipher.final(), cipher.getAuthTag()]),
    };
  }

  async #decrypted({ metadata, data }: Payload): Promise<Payload> {
    const scheme = text(metadata?.['encryption-cipher']);
    if (scheme !== SCHEME)
      throw new PayloadSpoilt(`a payload is encrypted by "${scheme}", which this version cannot read`);
    const key = await this.#keys.byId(text(metadata?.['encryption-key-id']));
    const bytes = Buffer.from(data ?? new Uint8Array());
    const tagAt = bytes.byteLength - TAG_BYTES;
    if (tagAt < NONCE_BYTES) throw new PayloadSpoilt('an encrypted payload is cut short');
    const decipher = createDecipheriv(CIPHER, key.secret, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(this.#namespace, key.id));
    decipher.setAuthTag(bytes.subarray(tagAt));
    try {
      const message = [decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()];
      return PayloadMessage.decode(Buffer.concat(message));
    } catch (cause) {
      const fact = `a payload cannot be opened with the key "${key.id}" in the namespace ${this.#namespace}`;
      throw new PayloadSpoilt(`${fact}: it was changed, or belongs to another namespace`, { cause });
    }
  }
}

export function isEncrypted({ metadata }: Payload): boolean {
  return text(metadata?.encoding) === ENCODING;
}

/** For the codec server's audit: by which keys payloads were encrypted. */
export function keyIdsOf(payloads: readonly Payload[]): string[] {
  const ids = payloads.filter(isEncrypted).map(({ metadata }) => text(metadata?.['encryption-key-id']));
  return [...new Set(ids)].sort();
}

/** Each with its length before it, so that no two pairs are the same bytes. */
function boundTo(namespace: string, keyId: string): Buffer {
  return Buffer.concat([namespace, keyId].flatMap((part) => [lengthOf(part), Buffer.from(part)]));
}

function lengthOf(part: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Buffer.byteLength(part));
  return bytes;
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString('utf8', 0, KEY_ID_CHARS_MAX);
}
