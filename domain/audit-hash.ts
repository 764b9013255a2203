// Decides the hash of a row of the audit log, as sql/migrations/0010_audit.sql does: recomputed here, so that verification need
// not trust the database. Pure.
import { createHash, hash } from 'node:crypto';

const DOMAIN = 'recon/audit/v1';

/** What the first row of a chain has before it. */
export const AUDIT_GENESIS = '0'.repeat(64);

export interface HashedPlace {
  readonly chain: string;
  readonly epoch: number;
  readonly seq: bigint;
  readonly prevHash: string;
}

export function auditBodySha256(body: string): string {
  return hash('sha256', body, 'hex');
}

/** Each part with its length before it, so that no two different rows are the same bytes. */
export function auditRowHash({ chain, epoch, seq, prevHash }: HashedPlace, bodySha256: string): string {
  const digest = createHash('sha256');
  const parts = [DOMAIN, chain, String(epoch), String(seq)].map((text) => Buffer.from(text, 'utf8'));
  for (const part of [...parts, Buffer.from(prevHash, 'hex'), Buffer.from(bodySha256, 'hex')]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.byteLength);
    digest.update(length).update(part);
  }
  return digest.digest('hex');
}
