// Planted against found: what the world knows to be wrong, and what stands open in the database. Reads only.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

export interface Planted {
  readonly side: string;
  readonly externalId: string;
  readonly verdict: string;
}

export interface DemoScore {
  readonly planted: number;
  readonly found: number;
  readonly missed: readonly string[];
  readonly false: readonly string[];
  readonly byVerdict: ReadonlyMap<string, { planted: number; found: number }>;
}

const openRow = z.object({ side: z.string(), externalId: z.string(), verdict: z.string() });

/** What all accounts together come to. */
export function addScores(scores: readonly DemoScore[]): DemoScore {
  const byVerdict = new Map<string, { planted: number; found: number }>();
  for (const [verdict, { planted, found }] of scores.flatMap((score) => [...score.byVerdict])) {
    const line = byVerdict.get(verdict) ?? { planted: 0, found: 0 };
    byVerdict.set(verdict, { planted: line.planted + planted, found: line.found + found });
  }
  return {
    planted: scores.reduce((sum, score) => sum + score.planted, 0),
    found: scores.reduce((sum, score) => sum + score.found, 0),
    missed: scores.flatMap(({ missed }) => missed),
    false: scores.flatMap((score) => score.false),
    byVerdict,
  };
}

export async function scoreDemo(
  database: DatabasePool,
  account: string,
  planted: readonly Planted[],
): Promise<DemoScore> {
  const open = await database.any(sql.type(openRow)`
    select anchor_side as side, anchor_external_id as "externalId", verdict from discrepancies
    where account = ${account} and state in ('open', 'assigned', 'proposed')`);
  const name = (row: Planted) => `${row.side} ${row.externalId} ${row.verdict}`;
  const wanted = new Set(planted.map(name));
  const seen = new Set(open.map(name));
  const byVerdict = new Map<string, { planted: number; found: number }>();
  for (const row of planted) {
    const line = byVerdict.get(row.verdict) ?? { planted: 0, found: 0 };
    line.planted += 1;
    if (seen.has(name(row))) line.found += 1;
    byVerdict.set(row.verdict, line);
  }
  return {
    planted: wanted.size,
    found: [...wanted].filter((row) => seen.has(row)).length,
    missed: [...wanted].filter((row) => !seen.has(row)),
    false: [...seen].filter((row) => !wanted.has(row)),
    byVerdict,
  };
}
