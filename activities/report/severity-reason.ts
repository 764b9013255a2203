// Says for people which line of the rules made a difference as severe as it is: stored with the difference, and read back by
// `recon rules check`. Pure.
import { Decimal } from 'decimal.js';
import { formatDuration } from '../../domain/duration.ts';
import type { SeverityLine } from '../../domain/severity-lines.ts';
import { kindWords } from './run-words.ts';
import { verdictWords } from './verdict-words.ts';

export function severityReason(line: SeverityLine): string {
  const { atRisk, shareOfDay, verdict, kind, olderThanMs, repeated } = line;
  const conditions = [
    ...(atRisk === undefined ? [] : [`${atRisk} or more at risk, in any currency`]),
    ...(shareOfDay === undefined ? [] : [`${new Decimal(shareOfDay).times(100).toFixed()} % of its day or more`]),
    ...(verdict === undefined ? [] : [verdict.map((one) => verdictWords(one).title).join(' / ')]),
    ...(kind === undefined ? [] : [kind.map(kindWords).join(' / ')]),
    ...(olderThanMs === undefined ? [] : [`older than ${formatDuration(olderThanMs)}`]),
    ...(repeated === undefined ? [] : [`${repeated} or more like it open`]),
  ];
  return conditions.length === 0 ? 'everything else' : conditions.join(', and ');
}
