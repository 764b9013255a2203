// Keeps outside of the database where a chain stands, so that whoever changes or cuts the log later is found out. Idempotent by
// (chain, last number): a chain that has not grown gets no further anchor. Must never anchor a chain that does not continue its
// anchor: that is what an anchor is there to show.
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type AuditAnchor, anchorKey, anchorText } from '../../domain/audit-anchor.ts';
import { InvariantViolated } from '../errors.ts';
import type { AnchorStore } from './anchor-store.ts';
import { SYSTEM_CHAIN } from './append-event.ts';
import { type AnchoredHead, type ChainPoint, readAnchoredHead } from './newest-anchor.ts';

export interface AnchorDeps {
  /** A login that may execute audit_point: the worker's. */
  readonly database: DatabasePool;
  readonly store: AnchorStore;
  readonly nowMs: () => number;
}

// Beside the keys of sql/migrate.ts and the tests.
const LOCK_KEY = 7_276_003;

/** Answers with the anchor that covers the whole chain now; null where the chain is empty. @throws InvariantViolated */
export function anchorChain(deps: AnchorDeps, chain: string): Promise<AuditAnchor | null> {
  return deps.database.transaction(async (connection) => {
    // One at a time: two anchors that both continue the same one would look like a fork.
    await connection.query(sql.unsafe`select pg_advisory_xact_lock(${LOCK_KEY}, hashtext(${chain}))`);
    return continueAnchors(connection, deps, chain);
  });
}

async function continueAnchors(
  connection: CommonQueryMethods,
  { store, nowMs }: Pick<AnchorDeps, 'store' | 'nowMs'>,
  chain: string,
): Promise<AuditAnchor | null> {
  const { head, newest, problem } = await readAnchoredHead(connection, store, chain);
  if (problem !== null) throw broken(chain, problem);
  if (head === null) return null;
  if (newest !== null && head.seq === BigInt(newest.anchor.toSeq)) return newest.anchor;
  const anchor = anchorOf(chain, head, newest, nowMs());
  await store.put(anchorKey(anchor), anchorText(anchor));
  return anchor;
}

/** Every chain there is, for the daily round. One that cannot be anchored does not keep the others from it. */
export async function anchorEveryChain(deps: AnchorDeps): Promise<number> {
  const accounts = await deps.database.anyFirst(sql.type(z.object({ account: z.string() }))`
    select account from accounts order by account`);
  const failures: unknown[] = [];
  let anchored = 0;
  for (const chain of [SYSTEM_CHAIN, ...accounts]) {
    try {
      if ((await anchorChain(deps, chain)) !== null) anchored += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return anchored;
}

function anchorOf(chain: string, head: ChainPoint, previous: AnchoredHead['newest'], nowMs: number): AuditAnchor {
  return {
    chain,
    epoch: head.epoch,
    fromSeq: String(BigInt(previous?.anchor.toSeq ?? 0) + 1n),
    toSeq: String(head.seq),
    head: head.hash,
    previousAnchorSha: previous?.sha256 ?? null,
    time: new Date(nowMs).toISOString(),
  };
}

function broken(chain: string, what: string): InvariantViolated {
  return new InvariantViolated(`the audit chain of ${chain} is broken`, [
    what,
    `npm run recon -- audit verify --account ${chain} says more`,
  ]);
}
