// How every client and worker turns values into what Temporal keeps, where temporal.codec is configured. Keys are fetched with the
// first payload, not before.
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Secret } from '../secret.ts';
import { EncryptingCodec } from './encrypting-codec.ts';
import { KeyRing, KeyRingInvalid, type Unwrap } from './key-ring.ts';
import { type KmsPlace, kmsUnwrap } from './kms-keys.ts';

export const FAILURE_CONVERTER = fileURLToPath(new URL('../../workflows/failure-converter.cjs', import.meta.url));

export interface CodecKeysConfig {
  readonly keys: Secret;
  readonly kms?: KmsPlace | undefined;
}

export function codecOf(config: CodecKeysConfig, namespace: string): EncryptingCodec {
  const ring = new KeyRing({ read: (want) => config.keys.current(want), unwrap: unwrapOf(config, namespace) });
  return new EncryptingCodec(ring, namespace);
}

export function unwrapOf({ kms }: CodecKeysConfig, namespace: string): Unwrap {
  return kms === undefined ? notConfigured : kmsUnwrap(kms, namespace);
}

export function dataConverterOf(config: CodecKeysConfig, namespace: string): DataConverter {
  return { payloadCodecs: [codecOf(config, namespace)], failureConverterPath: FAILURE_CONVERTER };
}

async function notConfigured(keyId: string): Promise<never> {
  throw new KeyRingInvalid(`the key "${keyId}" is wrapped by AWS KMS: name its key as temporal.codec.kms`);
}
