// How old the anchors of the audit chains are that went on since. Asks the evidence store once a chain: seldom, not at every scrape.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { AnchorStore } from '../../activities/audit/anchor-store.ts';
import { SYSTEM_CHAIN } from '../../activities/audit/append-event.ts';
import { parseAnchor } from '../../domain/audit-anchor.ts';
import type { Sample } from './exposition.ts';

const headRow = z.object({ chain: z.string(), seq: z.bigint() });

export interface AnchorAgeDeps {
  readonly database: DatabasePool;
  readonly anchors: Pick<AnchorStore, 'latest'>;
  readonly nowMs: () => number;
}

export async function readAnchorAge({ database, anchors, nowMs }: AnchorAgeDeps): Promise<Sample[]> {
  const heads = await database.any(sql.type(headRow)`
    select c.chain, h.seq from (select ${SYSTEM_CHAIN} as chain union all select account from accounts) c
    cross join lateral audit_point(c.chain) h order by c.chain`);
  let oldestMs = 0;
  let unanchored = 0;
  for (const { chain, seq } of heads) {
    const stored = await anchors.latest(chain);
    const anchor = stored === null ? null : parseAnchor(stored.text);
    // What is there and cannot be read anchors nothing.
    if (anchor === null) unanchored += 1;
    else if (BigInt(anchor.toSeq) < seq) oldestMs = Math.max(oldestMs, nowMs() - Date.parse(anchor.time));
  }
  return [
    { name: 'recon_audit_anchor_age_seconds', value: oldestMs / 1_000 },
    { name: 'recon_audit_chains_unanchored', value: unanchored },
  ];
}
