// Audit chains that went on long after they were last anchored outside the database: as long as they are not, their tail could be
// cut unnoticed. A chain that has not grown needs no new anchor.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { TYPED_AS } from '../help-examples.ts';
import { bounded, type Finding } from './finding.ts';

/** What of the store of anchors is looked at. */
export interface AnchorReader {
  /** The newest of a chain as it was written, null where there is none. */
  latest(chain: string): Promise<{ readonly text: string } | null>;
}

const HOUR_MS = 3_600_000;
/** Anchored after each run and daily: a day and some hours of grace. */
const ANCHOR_AGE_MAX_MS = 30 * HOUR_MS;
const SYSTEM_CHAIN = 'system';

const anchorSchema = z.object({ toSeq: z.coerce.bigint(), time: z.iso.datetime() });

/** Nothing where the database keeps no audit chain yet. */
export async function anchorAge(
  database: DatabasePool,
  anchors: AnchorReader,
  nowMs: number,
): Promise<readonly Finding[]> {
  const hasChains = await database.oneFirst(sql.type(z.object({ hasChains: z.boolean() }))`
    select to_regprocedure('public.audit_point(text, bigint)') is not null as "hasChains"`);
  if (!hasChains) return [];
  const heads = await database.any(sql.type(z.object({ chain: z.string(), seq: z.bigint() }))`
    select c.chain, h.seq from (select ${SYSTEM_CHAIN} as chain union all select account from accounts) c
    cross join lateral audit_point(c.chain) h order by c.chain`);
  const findings: Finding[] = [];
  for (const { chain, seq } of heads) {
    const newest = await anchors.latest(chain);
    const anchor = newest === null ? null : anchorSchema.parse(JSON.parse(newest.text));
    if (anchor !== null && (anchor.toSeq >= seq || nowMs - Date.parse(anchor.time) <= ANCHOR_AGE_MAX_MS)) continue;
    const since =
      anchor === null ? 'was never anchored' : `was last anchored ${anchor.time.slice(0, 16)}Z, at ${anchor.toSeq}`;
    findings.push({
      cause: 'anchor_old',
      about: `audit chain ${chain}`,
      severity: 'medium',
      detail: `${since}, and stands at ${seq}`,
      next: `${TYPED_AS} audit verify`,
    });
  }
  return bounded(findings);
}
