// Chains as the database would write them, for tests of what is found in them. Never imported by the product.
import { AUDIT_START, type AuditPoint, type AuditRow } from './audit-chain.ts';
import { auditBodySha256, auditRowHash } from './audit-hash.ts';

const START_MS = Date.parse('2026-01-31T04:00:00.000Z');

/** The row that comes next, with everything in it right. */
export function nextRow(before: AuditPoint, data: object = {}, chain = 'stripe/us'): AuditRow {
  const seq = before.seq + 1n;
  const eventKey = `tried/${seq}`;
  const atMs = START_MS + Number(seq) * 1_000;
  const body = JSON.stringify({
    actor: 'worker_1',
    at: new Date(atMs).toISOString().replace('Z', '000Z'),
    data: { ...data, event: 'tried' },
    key: eventKey,
  });
  const place = { chain, epoch: before.epoch, seq, prevHash: before.hash };
  const bodySha256 = auditBodySha256(body);
  const hash = auditRowHash(place, bodySha256);
  return { ...place, eventKey, event: 'tried', actor: 'worker_1', atMs, body, bodySha256, hash };
}

export function chainOf(bodies: readonly object[], chain = 'stripe/us'): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const data of bodies) rows.push(nextRow(rows.at(-1) ?? AUDIT_START, data, chain));
  return rows;
}
