// Decides whether one audit chain is what was written: every row recomputed, then the head row, the anchors outside, and what the
// business knows. Reads only, and trusts no function of the database.
import type { CommonQueryMethods, DatabaseTransactionConnection } from 'slonik';
import type { AuditAnchor } from '../../domain/audit-anchor.ts';
import { checkAnchors, type StoredAnchor } from '../../domain/audit-anchored.ts';
import { AUDIT_START, type AuditPoint, type AuditRow, checkAuditRow } from '../../domain/audit-chain.ts';
import type { AuditFault } from '../../domain/audit-fault.ts';
import { readChain, readHead } from './read-chain.ts';
import { readUntold } from './read-untold.ts';

export interface ChainFinding {
  readonly chain: string;
  /** Up to the first fault. */
  readonly rows: bigint;
  /** Of the last row that is right; null where there is none. */
  readonly head: string | null;
  readonly anchors: number;
  /** The last number that an anchor holds fast; 0 where there is none. */
  readonly anchoredTo: bigint;
  /** When the first row was written that no anchor covers; null where all are covered. */
  readonly unanchoredSinceMs: number | null;
  readonly fault: AuditFault | null;
}

/** @param stored The anchors as they were before the snapshot was taken; null where they cannot be read. */
export async function verifyChain(
  connection: DatabaseTransactionConnection,
  chain: string,
  stored: readonly StoredAnchor[] | null,
): Promise<ChainFinding> {
  const { anchors, fault: anchorFault } = checkAnchors(chain, stored ?? []);
  const anchoredTo = BigInt(anchors.at(-1)?.toSeq ?? 0);
  const { last, unanchoredSinceMs, fault } = await followRows(connection, chain, anchors, anchoredTo);
  return {
    chain,
    rows: last.seq,
    head: last.seq === 0n ? null : last.hash,
    anchors: anchors.length,
    anchoredTo,
    unanchoredSinceMs,
    fault: fault ?? (await endFault(connection, chain, last, anchors.at(-1) ?? null)) ?? anchorFault,
  };
}

interface Followed {
  readonly last: AuditPoint;
  readonly unanchoredSinceMs: number | null;
  readonly fault: AuditFault | null;
}

async function followRows(
  connection: DatabaseTransactionConnection,
  chain: string,
  anchors: readonly AuditAnchor[],
  anchoredTo: bigint,
): Promise<Followed> {
  const bySeq = new Map(anchors.map((anchor) => [BigInt(anchor.toSeq), anchor]));
  let last: AuditPoint = AUDIT_START;
  let unanchoredSinceMs: number | null = null;
  for await (const row of readChain(connection, chain)) {
    const fault = checkAuditRow(last, row) ?? anchoredFault(row, bySeq.get(row.seq));
    if (fault !== null) return { last, unanchoredSinceMs, fault };
    if (row.seq === anchoredTo + 1n) unanchoredSinceMs = row.atMs;
    last = { epoch: row.epoch, seq: row.seq, hash: row.hash };
  }
  return { last, unanchoredSinceMs, fault: null };
}

function anchoredFault(row: AuditRow, anchor: AuditAnchor | undefined): AuditFault | null {
  if (anchor === undefined || (anchor.head === row.hash && anchor.epoch === row.epoch)) return null;
  const rows =
    anchor.fromSeq === anchor.toSeq ? `row ${anchor.toSeq}` : `one of rows ${anchor.fromSeq} to ${anchor.toSeq}`;
  return {
    kind: 'forked',
    chain: row.chain,
    seq: BigInt(anchor.fromSeq),
    eventKey: null,
    message: `row ${anchor.toSeq} is not the one that was anchored at ${anchor.time}: ${rows} was rewritten with every hash after it, or other rows were appended where these had been`,
  };
}

async function endFault(
  connection: CommonQueryMethods,
  chain: string,
  last: AuditPoint,
  anchor: AuditAnchor | null,
): Promise<AuditFault | null> {
  const head = (await readHead(connection, chain)) ?? AUDIT_START;
  const fault = (kind: AuditFault['kind'], message: string): AuditFault => ({
    kind,
    chain,
    seq: last.seq + 1n,
    eventKey: null,
    message,
  });
  if (head.seq > last.seq) return fault('cut_tail', `the head stands at ${head.seq}, the last row is ${last.seq}`);
  const untold = await readUntold(connection, chain);
  const missing = untold === null ? '' : `; ${untold}, and the log does not say so`;
  if (anchor !== null && BigInt(anchor.toSeq) > last.seq) {
    const gone = `row ${anchor.toSeq} was anchored at ${anchor.time}, the last row is ${last.seq}`;
    return untold === null
      ? fault('restored_copy', `${gone}; nothing in the database is younger: an old copy was restored`)
      : fault('cut_tail', `${gone}${missing}`);
  }
  if (untold !== null) return fault('cut_tail', `the last row is ${last.seq}${missing}`);
  if (head.seq !== last.seq || head.hash !== last.hash || head.epoch !== last.epoch) {
    return { ...fault('head_changed', `the head names another row ${head.seq} than the last one`), seq: last.seq };
  }
  return null;
}
