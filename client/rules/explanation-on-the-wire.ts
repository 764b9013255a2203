// How `recon rules explain --json` says why a row has its verdict: amounts as decimal strings, times as instants. Pure.
import { formatMinor } from '../../domain/money.ts';
import type { ExplainedRow } from '../database/read-explained-rows.ts';
import type { Explanation } from './explain-row.ts';
import { differencesOf } from './standing-differences.ts';

export function explanationOnTheWire({ facts, verdicts, rejected }: Explanation): object {
  const { row, zone, ...rest } = facts;
  const shown = (one: ExplainedRow) => ({
    side: one.side,
    id: one.id,
    kind: one.kind,
    status: one.status,
    amount: formatMinor(one.amountMinor, one.currency),
    currency: one.currency,
    occurredAt: new Date(one.occurredAtMs).toISOString(),
    date: one.homeDate,
  });
  const runOf = (seq: bigint) => rest.runs.get(seq);
  return {
    account: facts.account,
    row: { ...shown(row), version: row.version, introduced: row.introducedSeq !== null },
    verdicts: verdicts.map(({ standing, reasons }) => ({
      level: standing.level,
      verdict: standing.verdict,
      open: standing.isOpen,
      rule: standing.rule,
      pass: reasons.pass,
      because: reasons.sentences,
      run: runOf(standing.decidedSeq)?.run ?? null,
      ruleSetHash: (standing.isOpen ? facts.latestRun : runOf(standing.decidedSeq))?.ruleSetHash ?? null,
      with: standing.othersRows.map(shown),
      withCount: standing.othersCount,
      differences: differencesOf(facts, standing, ({ minor, currency }) => formatMinor(minor, currency)),
    })),
    discrepancies: facts.discrepancies.map(({ discrepancyId, amountMinor, ...one }) => ({
      number: discrepancyId,
      ...one,
      amount: formatMinor(amountMinor, one.currency),
    })),
    keys: facts.keys,
    rejected: rejected.map(({ candidate, rejection }) => ({
      ...shown(candidate.row),
      shares: candidate.sharedKeys,
      code: rejection.code,
      because: rejection.words,
    })),
    more: facts.isMoreCandidates,
    history: facts.history.map(({ seq, ...one }) => ({ run: runOf(seq)?.run ?? null, ...one })),
    latestRun: facts.latestRun?.run ?? null,
  };
}
