// Data keys under AWS KMS: made and unwrapped there, bound to the namespace and the key's id by the encryption context, which
// CloudTrail shows. KMS's own key never leaves it.
import type { KMSClient } from '@aws-sdk/client-kms';
import type { Unwrap } from './key-ring.ts';

export interface KmsPlace {
  /** Id, ARN or alias of the KMS key. */
  readonly key: string;
  /** Default: the SDK's chain. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** AWS KMS did not give a key. It may the next time. */
export class KmsUnavailable extends Error {
  override readonly name = 'KmsUnavailable';
  constructor(doing: string, { key }: KmsPlace, cause: unknown) {
    const said = cause instanceof Error ? cause.name : 'unknown error';
    super(`AWS KMS did not ${doing} (${said}): check temporal.codec.kms (${key}) and that the role may use it`, {
      cause,
    });
  }
}

const ATTEMPTS_MAX = 3;

export function kmsUnwrap(place: KmsPlace, namespace: string): Unwrap {
  return async (keyId, wrapped) => {
    const { DecryptCommand } = await import('@aws-sdk/client-kms');
    const { Plaintext } = await asking(place, `unwrap the key "${keyId}"`, (client) =>
      client.send(
        new DecryptCommand({
          KeyId: place.key,
          CiphertextBlob: wrapped,
          EncryptionContext: contextOf(namespace, keyId),
        }),
      ),
    );
    return Plaintext ?? new Uint8Array();
  };
}

/** A new data key, wrapped; nobody sees it plain. */
export async function newKmsKey(place: KmsPlace, namespace: string, keyId: string): Promise<Uint8Array> {
  const { GenerateDataKeyWithoutPlaintextCommand } = await import('@aws-sdk/client-kms');
  const { CiphertextBlob } = await asking(place, 'make a data key', (client) =>
    client.send(
      new GenerateDataKeyWithoutPlaintextCommand({
        KeyId: place.key,
        KeySpec: 'AES_256',
        EncryptionContext: contextOf(namespace, keyId),
      }),
    ),
  );
  return CiphertextBlob ?? new Uint8Array();
}

function contextOf(namespace: string, keyId: string): Record<string, string> {
  return { use: 'recon-codec', namespace, key: keyId };
}

async function asking<T>(place: KmsPlace, doing: string, ask: (client: KMSClient) => Promise<T>): Promise<T> {
  const { KMSClient } = await import('@aws-sdk/client-kms');
  const { region, endpoint } = place;
  const client = new KMSClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: ATTEMPTS_MAX,
  });
  try {
    return await ask(client);
  } catch (cause) {
    throw new KmsUnavailable(doing, place, cause);
  } finally {
    client.destroy();
  }
}
