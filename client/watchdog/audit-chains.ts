// Audit chains that are not what was anchored of them outside the database, and those with a row that waits too long for its
// anchor: until then the tail could be cut unnoticed. A chain that has not grown needs no new anchor.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { AnchorStore } from '../../activities/audit/anchor-store.ts';
import { SYSTEM_CHAIN } from '../../activities/audit/append-event.ts';
import { readAnchoredHead, readPoint } from '../../activities/audit/newest-anchor.ts';
import { TYPED_AS } from '../help-examples.ts';
import { bounded, type Cause, type Finding } from './finding.ts';

export type AnchorReader = Pick<AnchorStore, 'latest'>;

const HOUR_MS = 3_600_000;
/** Anchored after each run and every hour: a day and some hours of grace. */
const ANCHOR_AGE_MAX_MS = 30 * HOUR_MS;
// A bucket takes its time for each; a look has an end.
const CHAINS_AT_ONCE = 16;

/** @param accounts Of the configuration: whoever empties the database does not take them from what is looked at. */
export async function auditChains(
  database: DatabasePool,
  anchors: AnchorReader,
  accounts: readonly string[],
  nowMs: number,
): Promise<readonly Finding[]> {
  const known = await database.anyFirst(sql.type(z.object({ account: z.string() }))`select account from accounts`);
  const chains = [...new Set([SYSTEM_CHAIN, ...known, ...accounts])].sort();
  const findings: Finding[] = [];
  for (let from = 0; from < chains.length; from += CHAINS_AT_ONCE) {
    const some = chains.slice(from, from + CHAINS_AT_ONCE);
    const found = await Promise.all(some.map((chain) => findingOf(database, anchors, chain, nowMs)));
    findings.push(...found.filter((finding) => finding !== null));
  }
  const of = (wanted: Cause) => bounded(findings.filter(({ cause }) => cause === wanted));
  return [...of('chain_broken'), ...of('anchor_old')];
}

async function findingOf(
  database: DatabasePool,
  anchors: AnchorReader,
  chain: string,
  nowMs: number,
): Promise<Finding | null> {
  const { newest, problem } = await readAnchoredHead(database, anchors, chain);
  if (problem !== null) return { cause: 'chain_broken', severity: 'critical', ...said(chain, problem) };
  const waiting = await readPoint(database, chain, BigInt(newest?.anchor.toSeq ?? 0) + 1n);
  const detail = waiting?.at === undefined || waiting.at === null ? null : ageDetail(waiting.seq, waiting.at, nowMs);
  return detail === null ? null : { cause: 'anchor_old', severity: 'medium', ...said(chain, detail) };
}

function said(chain: string, detail: string): Pick<Finding, 'about' | 'detail' | 'next'> {
  return { about: `audit chain ${chain}`, detail, next: `${TYPED_AS} audit verify` };
}

function ageDetail(seq: bigint, sinceMs: number, nowMs: number): string | null {
  if (nowMs - sinceMs <= ANCHOR_AGE_MAX_MS) return null;
  return `row ${seq} waits for an anchor since ${new Date(sinceMs).toISOString().slice(0, 16)}Z`;
}
