// Decides whether the anchors of a chain are those that were written, each continuing the one before. Pure.
import { type AuditAnchor, anchorKey, anchorSha256, parseAnchor } from './audit-anchor.ts';
import type { AuditFault } from './audit-fault.ts';

/** An anchor as the evidence store has it. */
export interface StoredAnchor {
  readonly key: string;
  /** What was put there first. */
  readonly text: string;
  /** What somebody did to it later, in words; null where nothing. */
  readonly disturbed: string | null;
}

export interface AnchoredChain {
  /** Those before the first fault, oldest first. */
  readonly anchors: readonly AuditAnchor[];
  readonly fault: AuditFault | null;
}

export function checkAnchors(chain: string, stored: readonly StoredAnchor[]): AnchoredChain {
  const anchors: AuditAnchor[] = [];
  let previous: { readonly sha256: string; readonly toSeq: bigint } | null = null;
  for (const file of stored.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const { anchor, problem: damage } = readAnchor(chain, file);
    const next = (previous?.toSeq ?? 0n) + 1n;
    const problem = anchor === null ? damage : orderProblem(anchor, previous?.sha256 ?? null, next);
    if (anchor === null || problem !== null) {
      const message = `${file.key} ${problem}`;
      return { anchors, fault: { kind: 'anchor_changed', chain, seq: next, eventKey: null, message } };
    }
    anchors.push(anchor);
    previous = { sha256: anchorSha256(file.text), toSeq: BigInt(anchor.toSeq) };
  }
  return { anchors, fault: null };
}

/** What stands in one file, or in words why it cannot be relied on. */
export type AnchorFile =
  | { readonly anchor: AuditAnchor; readonly problem: null }
  | { readonly anchor: null; readonly problem: string };

export function readAnchor(chain: string, file: StoredAnchor): AnchorFile {
  const not = (problem: string) => ({ anchor: null, problem });
  if (file.disturbed !== null) return not(file.disturbed);
  const anchor = parseAnchor(file.text);
  if (anchor === null) return not('is not an anchor any more: its text was changed');
  if (anchor.chain !== chain || anchorKey(anchor) !== file.key) return not('holds the anchor of another place');
  return { anchor, problem: null };
}

function orderProblem(anchor: AuditAnchor, previousSha: string | null, next: bigint): string | null {
  if (anchor.previousAnchorSha !== previousSha || BigInt(anchor.fromSeq) !== next) {
    return 'does not continue the anchor before it: one between them is gone, or one of them was changed';
  }
  return BigInt(anchor.toSeq) < next ? 'ends before it begins' : null;
}
