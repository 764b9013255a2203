// Decides whether the audit log is intact, broken, or cannot be told, chain by chain. Reads only; needs the auditor's rights.
import type { DatabasePool } from 'slonik';
import type { StoredAnchor } from '../../domain/audit-anchored.ts';
import { StoreUnavailable } from '../report/object-store.ts';
import { inSnapshot } from '../report/read-report.ts';
import type { AnchorStore } from './anchor-store.ts';
import { readChains } from './read-chain.ts';
import { type ChainFinding, verifyChain } from './verify-chain.ts';

export interface VerifyDeps {
  readonly database: DatabasePool;
  /** null: none is configured. */
  readonly store: AnchorStore | null;
  readonly nowMs: number;
}

export interface AuditFinding {
  readonly verdict: 'intact' | 'broken' | 'cannot';
  readonly chains: readonly ChainFinding[];
  /** Why it cannot be told whether the end of the chains is there. */
  readonly reasons: readonly string[];
}

// An anchor is due after each run and once a day: a day, and two hours to get there.
const ANCHOR_DUE_MS = 26 * 3_600_000;

/** @param chain Only this one; null: all there are, in the database or in the store. */
export async function verifyAudit(deps: VerifyDeps, chain: string | null): Promise<AuditFinding> {
  const { stored, chains: anchored, reasons } = await readStored(deps.store, chain);
  const chains = await inSnapshot(deps.database, async (transaction) => {
    const known = chain === null ? [...(await readChains(transaction)), ...anchored] : [chain];
    const findings: ChainFinding[] = [];
    for (const name of [...new Set(known)].sort()) {
      const anchors = stored === null ? null : (stored.get(name) ?? []);
      findings.push(await verifyChain(transaction, name, anchors));
    }
    return findings;
  });
  const late = stored === null ? [] : chains.flatMap((finding) => unanchored(finding, deps.nowMs));
  const why = [...reasons, ...late];
  const verdict = chains.some(({ fault }) => fault !== null) ? 'broken' : why.length > 0 ? 'cannot' : 'intact';
  return { verdict, chains, reasons: why };
}

interface Stored {
  readonly stored: ReadonlyMap<string, readonly StoredAnchor[]> | null;
  readonly chains: readonly string[];
  readonly reasons: readonly string[];
}

// Before the snapshot: an anchor that is written meanwhile would be ahead of it.
async function readStored(store: AnchorStore | null, chain: string | null): Promise<Stored> {
  const none = { stored: null, chains: [] };
  if (store === null) {
    return {
      ...none,
      reasons: ['no evidence.store is configured: nothing outside says that the end of a chain is there'],
    };
  }
  try {
    const chains = chain === null ? await store.chains() : [chain];
    const stored = new Map<string, readonly StoredAnchor[]>();
    for (const name of chains) stored.set(name, await store.read(name));
    return { stored, chains, reasons: [] };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { ...none, reasons: [`the anchors cannot be read: ${error.message}`] };
  }
}

function unanchored({ chain, anchoredTo, unanchoredSinceMs }: ChainFinding, nowMs: number): string[] {
  if (unanchoredSinceMs === null || nowMs - unanchoredSinceMs < ANCHOR_DUE_MS) return [];
  const since = new Date(unanchoredSinceMs).toISOString();
  return [
    `${chain}: row ${anchoredTo + 1n} of ${since} and what came after it is not anchored: does the worker reach evidence.store?`,
  ];
}
