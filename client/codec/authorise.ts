// Decides who asks the codec server, by the token that came along: one of the configured callers', or an access token that the
// issuer of the Temporal UI's logins signed. Never logs a token.
import { hash, timingSafeEqual } from 'node:crypto';
import { type CodecServerConfig, parseTokens } from '../../worker/codec/server-config.ts';

/** The caller's name; null where nobody is known by this token. */
export type Authorise = (token: string) => Promise<string | null>;

const TOKEN_CHARS_MAX = 16_384;
/** Asymmetric ones: a public key must never serve as a shared secret. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

type Issuer = NonNullable<CodecServerConfig['issuer']>;

export function authorisation({ tokens, issuer }: CodecServerConfig): Authorise {
  const ofIssuer = issuer === undefined ? undefined : accessTokens(issuer);
  return async (token) => {
    if (token === '' || token.length > TOKEN_CHARS_MAX) return null;
    const known = tokens === undefined ? {} : (parseTokens(await tokens.current()) ?? {});
    return namedBy(known, token) ?? (JWT.test(token) ? ((await ofIssuer?.(token)) ?? null) : null);
  };
}

/** Compares with every caller's, in the same time whoever it is. */
function namedBy(tokens: Readonly<Record<string, string>>, token: string): string | null {
  const given = hash('sha256', token, 'buffer');
  let name: string | null = null;
  for (const [caller, sha256] of Object.entries(tokens)) {
    if (timingSafeEqual(given, Buffer.from(sha256, 'hex'))) name = caller;
  }
  return name;
}

function accessTokens({ url, audience, jwks, allow }: Issuer): Authorise {
  let keys: Promise<ReturnType<typeof import('jose')['createRemoteJWKSet']>> | undefined;
  return async (token) => {
    const { createRemoteJWKSet, errors, jwtVerify } = await import('jose');
    keys ??= Promise.resolve(createRemoteJWKSet(new URL(jwks)));
    try {
      const { payload } = await jwtVerify(token, await keys, {
        ...{ issuer: url, audience, algorithms: ALGORITHMS },
        requiredClaims: ['exp', 'sub'],
      });
      const claim = payload[allow.claim];
      const isAllowed = Array.isArray(claim) ? claim.includes(allow.value) : claim === allow.value;
      return isAllowed ? (payload.sub ?? null) : null;
    } catch (error) {
      // What is wrong with a token is not told to whoever brings it; that the issuer cannot be asked is another matter.
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return null;
      throw error;
    }
  };
}
