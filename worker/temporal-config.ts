// What recon.yaml may say of Temporal: where it is, as whom we come, and how what it keeps is encrypted. Secrets come from the schema
// it is given.
import { z } from 'zod';
import { parseKeyRing } from './codec/key-ring.ts';
import { codecServerSchema } from './codec/server-config.ts';
import type { Secret } from './secret.ts';

export function temporalSchema(secret: z.ZodType<Secret, string>) {
  const tls = z
    .strictObject({
      /** PEM of the authority that signed the server's certificate. Default: the public ones. */
      ca: secret.optional(),
      /** PEM of our own certificate and its key, where the server asks who we are. */
      cert: secret.optional(),
      key: secret.optional(),
      /** The name in the server's certificate, where the address has another. */
      serverName: z.string().min(1).optional(),
    })
    .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'cert and key are named together');
  return z
    .strictObject({
      address: z.string().default('127.0.0.1:7233'),
      namespace: z.string().default('default'),
      taskQueue: z.string().default('recon'),
      uiUrl: z.url().optional(),
      tls: z.union([z.literal(true), tls]).optional(),
      apiKey: secret.optional(),
      codec: codecSchema(secret).optional(),
    })
    .prefault({});
}

/** Without it, payloads are kept as they are. */
function codecSchema(secret: z.ZodType<Secret, string>) {
  return z
    .strictObject({
      keys: secret,
      /** The KMS key under which the data keys are wrapped. */
      kms: z
        .strictObject({ key: z.string().min(1), region: z.string().optional(), endpoint: z.url().optional() })
        .optional(),
      server: codecServerSchema(secret).optional(),
    })
    .superRefine(({ keys, kms }, context) => {
      for (const message of keyProblems(keys, kms !== undefined)) {
        context.addIssue({ code: 'custom', message, path: ['keys'] });
      }
    });
}

function keyProblems(keys: Secret, hasKms: boolean): string[] {
  try {
    const wrapped = Object.entries(parseKeyRing(keys.reveal()).keys).filter(([, key]) => 'kms' in key);
    if (hasKms) return [];
    return wrapped.map(([id]) => `the key "${id}" is wrapped by AWS KMS: name its key as temporal.codec.kms`);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
