// Decides whether the run's stored totals prove conservation: open after = open before + introduced + taken up + version delta
// + reopened − closed, for count, debits and credits of each side, level, kind and currency. Pure.
import type { Kind, Level, Side } from '../../domain/vocabulary.ts';
import { TERMS, type Term, type TermTotal } from './run-report.ts';

interface Amounts {
  readonly count: bigint;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

export interface ProofRow {
  readonly side: Side;
  readonly level: Level;
  readonly kind: Kind;
  readonly currency: string;
  readonly movesBalance: boolean;
  readonly terms: Readonly<Record<Term, Amounts>>;
  readonly holds: boolean;
}

const NONE: Amounts = { count: 0n, debitsMinor: 0n, creditsMinor: 0n };

/** One row per side, level, kind, currency and balance effect, in the order in which they first appear. */
export function gateProof(totals: readonly TermTotal[]): ProofRow[] {
  const groups = new Map<string, TermTotal[]>();
  for (const total of totals) {
    const key = [total.side, total.level, total.kind, total.currency, total.movesBalance].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [total]);
    else group.push(total);
  }
  return [...groups.values()].map(proofRow);
}

function proofRow(group: readonly TermTotal[]): ProofRow {
  const [first] = group;
  if (first === undefined) throw new RangeError('a proof row has at least one term');
  const termOf = (term: Term): Amounts => group.find((total) => total.term === term) ?? NONE;
  const terms = Object.fromEntries(TERMS.map((term) => [term, termOf(term)])) as Record<Term, Amounts>;
  const { side, level, kind, currency, movesBalance } = first;
  return { side, level, kind, currency, movesBalance, terms, holds: holds(terms) };
}

function holds(terms: Readonly<Record<Term, Amounts>>): boolean {
  const fields = ['count', 'debitsMinor', 'creditsMinor'] as const;
  return fields.every(
    (field) =>
      terms.open_after[field] ===
      terms.open_before[field] +
        terms.introduced[field] +
        terms.taken_up[field] +
        terms.version_delta[field] +
        terms.reopened[field] -
        terms.closed[field],
  );
}
