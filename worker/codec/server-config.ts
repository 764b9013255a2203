// What recon.yaml may say of the codec server: who may ask, from which pages, and how it proves who it is.
import { z } from 'zod';
import type { Secret } from '../secret.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const CALLERS_MAX = 500;

/** Names of callers with the SHA-256 of their tokens, so that who reads the file cannot decode. */
const tokensSchema = z
  .record(z.string().regex(/^[\w.@-]{1,64}$/), z.string().regex(SHA256))
  .refine((tokens) => Object.keys(tokens).length <= CALLERS_MAX, `names more than ${CALLERS_MAX} callers`);

export function codecServerSchema(secret: z.ZodType<Secret, string>) {
  return z
    .strictObject({
      /** Origins of the pages that may ask: the Temporal UI's, such as https://temporal.example.com. */
      origins: z.array(z.url().refine(isOrigin, 'is not an origin such as https://temporal.example.com')).default([]),
      /** JSON: {"name": "SHA-256 of the token in hexadecimal"}. */
      tokens: secret
        .refine((value) => parseTokens(value.reveal()) !== undefined, 'is not a JSON object of names and SHA-256s')
        .optional(),
      /** Who signs the access tokens that the UI passes on (TEMPORAL_CODEC_PASS_ACCESS_TOKEN). */
      issuer: z
        .strictObject({
          /** As the tokens say it. */
          url: z.url(),
          audience: z.string().min(1),
          /** Where its public keys are. */
          jwks: z.url(),
          /** Only whose claim holds this value may decode: { claim: groups, value: recon }. */
          allow: z.strictObject({ claim: z.string().min(1), value: z.string().min(1) }),
        })
        .optional(),
      tls: z.strictObject({ cert: secret, key: secret }).optional(),
    })
    .refine(({ tokens, issuer }) => tokens !== undefined || issuer !== undefined, 'name tokens, an issuer, or both');
}

export type CodecServerConfig = z.infer<ReturnType<typeof codecServerSchema>>;

/** undefined where the text is not what it should be. */
export function parseTokens(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return tokensSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function isOrigin(url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === url;
}
