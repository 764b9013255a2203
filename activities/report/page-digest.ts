// How a page says its own SHA-256: the digest of the page with zeros in the place of the digest. Whoever changes a
// character of it without the digest is found out. Pure.
import { hash } from 'node:crypto';

const PLACE = /(<meta name="recon-page-sha256" content=")([0-9a-f]{64})(">)/;
export const NO_DIGEST = '0'.repeat(64);

export function withPageDigest(page: string): string {
  return page.replace(PLACE, `$1${digestOf(page)}$3`);
}

/** null: the page says no digest. */
export function pageDigest(page: string): { readonly said: string; readonly is: string } | null {
  const said = PLACE.exec(page)?.[2];
  return said === undefined ? null : { said, is: digestOf(page) };
}

function digestOf(page: string): string {
  return hash('sha256', page.replace(PLACE, `$1${NO_DIGEST}$3`), 'hex');
}
