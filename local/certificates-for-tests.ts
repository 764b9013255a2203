// An authority of a test's own, and the certificates that it signs: for servers that are known by a name, and for clients. Their keys
// are gone with the test.
import { type CertificateExtension, generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

export async function makeAuthority(name: string): Promise<Certificate> {
  return signed(name, undefined, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
}

/** @param host The only name that the certificate holds. */
export function makeServerCertificate(authority: Certificate, host: string): Promise<Certificate> {
  return signed(host, authority, [
    { name: 'basicConstraints', cA: false },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
  ]);
}

export function makeClientCertificate(authority: Certificate, name: string): Promise<Certificate> {
  return signed(name, authority, [
    { name: 'basicConstraints', cA: false },
    { name: 'extKeyUsage', clientAuth: true },
  ]);
}

async function signed(
  name: string,
  ca: Certificate | undefined,
  extensions: CertificateExtension[],
): Promise<Certificate> {
  const options = { ...KEYS, extensions, ...(ca === undefined ? {} : { ca }) };
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], options);
  return { cert, key };
}
