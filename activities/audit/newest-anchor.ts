// Decides whether a chain still holds what its newest anchor says. One row is looked at: `recon audit verify` looks at all of them.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { type AuditAnchor, anchorSha256 } from '../../domain/audit-anchor.ts';
import { readAnchor } from '../../domain/audit-anchored.ts';
import type { AnchorStore } from './anchor-store.ts';

const pointRow = z.object({
  epoch: z.number(),
  seq: z.bigint(),
  hash: z.string(),
  /** When the row was appended; null where a head has no row. */
  at: z.number().nullable(),
});
export type ChainPoint = z.infer<typeof pointRow>;

export interface AnchoredHead {
  /** null: the chain is empty. */
  readonly head: ChainPoint | null;
  /** null: it was never anchored. */
  readonly newest: { readonly anchor: AuditAnchor; readonly sha256: string } | null;
  /** How the two contradict each other, in words; null where they do not. */
  readonly problem: string | null;
}

/** @param connection Of a login that may execute audit_point. @throws StoreUnavailable */
export async function readAnchoredHead(
  connection: CommonQueryMethods,
  store: Pick<AnchorStore, 'latest'>,
  chain: string,
): Promise<AnchoredHead> {
  // Before the database: an anchor that is written meanwhile would be ahead of what was read there.
  const stored = await store.latest(chain);
  const head = await readPoint(connection, chain, null);
  if (stored === null) return { head, newest: null, problem: null };
  const { anchor, problem } = readAnchor(chain, stored);
  if (anchor === null) return { head, newest: null, problem: `${stored.key} ${problem}` };
  const there = await readPoint(connection, chain, BigInt(anchor.toSeq));
  return {
    head,
    newest: { anchor, sha256: anchorSha256(stored.text) },
    problem: contradiction(anchor, head, there),
  };
}

function contradiction({ toSeq, head: hash }: AuditAnchor, head: ChainPoint | null, there: ChainPoint | null) {
  if (head === null || there === null || head.seq < BigInt(toSeq)) {
    return `it was anchored up to ${toSeq} and ends at ${head?.seq ?? 0n}: its tail was cut, or an old copy restored`;
  }
  return there.hash === hash ? null : `row ${toSeq} is not the one that was anchored`;
}

/** Where a chain stands, or stood at a number; null where it never got there. */
export function readPoint(
  connection: CommonQueryMethods,
  chain: string,
  seq: bigint | null,
): Promise<ChainPoint | null> {
  return connection.maybeOne(sql.type(pointRow)`select epoch, seq, hash, at from audit_point(${chain}, ${seq})`);
}
