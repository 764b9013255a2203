// Decides whether rows of the audit log continue each other unchanged, one row at a time. Pure: what the rows say of themselves
// is recomputed, never believed.
import type { AuditFault, AuditFaultKind } from './audit-fault.ts';
import { AUDIT_GENESIS, auditBodySha256, auditRowHash } from './audit-hash.ts';

/** A row as it is stored. */
export interface AuditRow {
  readonly chain: string;
  readonly epoch: number;
  readonly seq: bigint;
  readonly eventKey: string;
  readonly event: string;
  readonly actor: string;
  readonly atMs: number;
  readonly body: string;
  readonly bodySha256: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** Where a chain stands after a row. */
export interface AuditPoint {
  readonly epoch: number;
  readonly seq: bigint;
  readonly hash: string;
}

export const AUDIT_START: AuditPoint = { epoch: 1, seq: 0n, hash: AUDIT_GENESIS };

/** What is wrong with a row that comes after this point; null where nothing is. */
export function checkAuditRow(before: AuditPoint, row: AuditRow): AuditFault | null {
  const fault = (kind: AuditFaultKind, message: string): AuditFault => ({
    kind,
    chain: row.chain,
    seq: row.seq,
    eventKey: row.eventKey,
    message,
  });
  if (row.seq !== before.seq + 1n || row.epoch < before.epoch) {
    const missing = `after number ${before.seq} comes number ${row.seq}`;
    return { ...fault('deleted', `${missing}: what stood between them is gone`), seq: before.seq + 1n };
  }
  const changed = changedColumn(row);
  if (changed !== null) return fault('edited', `its ${changed} is not the one that was written`);
  if (row.prevHash !== before.hash) {
    return fault(
      'forked',
      `it was written after another row ${before.seq} than the one that stands there: that one was changed and hashed again, or the rows from here on come from elsewhere`,
    );
  }
  return null;
}

function changedColumn(row: AuditRow): string | null {
  if (auditBodySha256(row.body) !== row.bodySha256) return 'body';
  if (auditRowHash(row, row.bodySha256) !== row.hash) return 'hash';
  const said = parseBody(row.body);
  if (said === null) return 'body';
  if (said.key !== row.eventKey) return 'event_key';
  if (said.data.event !== row.event) return 'event';
  if (said.actor !== row.actor) return 'actor';
  // The column is read to the millisecond; the text has microseconds.
  if (Math.trunc(Date.parse(said.at)) !== Math.trunc(row.atMs)) return 'time';
  return null;
}

export interface AuditBody {
  readonly actor: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly key: string;
}

/** What audit_append wrote round the body that it was given. */
export function parseBody(body: string): AuditBody | null {
  try {
    const { actor, at, data, key } = JSON.parse(body) as Partial<AuditBody>;
    if (typeof actor !== 'string' || typeof at !== 'string' || typeof key !== 'string') return null;
    if (typeof data !== 'object' || data === null) return null;
    return { actor, at, data, key };
  } catch {
    return null;
  }
}
