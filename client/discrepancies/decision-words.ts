// Says what became of a proposal about an account. Pure.
import { foreignText } from '../../activities/report/run-words.ts';

interface Decided {
  readonly status: 'pending' | 'approved' | 'rejected' | 'out_of_date';
  readonly inForce: boolean;
  readonly decidedBy: string | null;
  readonly decidedBecause: string | null;
}

/** "approved, in force by ben: seen" */
export function decisionWords({ status, inForce, decidedBy, decidedBecause }: Decided): string {
  if (status === 'pending') return 'waits for another person';
  if (decidedBy === null) return 'out of date';
  const since = inForce ? ', in force,' : ', replaced since,';
  return `${status}${status === 'approved' ? since : ''} by ${decidedBy}: ${foreignText(decidedBecause ?? '', 500)}`;
}
