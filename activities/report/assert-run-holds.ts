// Decides whether what a report would say agrees with itself: the gate's equation, and the run's own numbers against
// its discrepancies. Must never let a report out that an auditor could take apart.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { InvariantViolated } from '../errors.ts';
import type { RunScope } from './discrepancies-as-of.ts';
import { gateProof } from './gate-proof.ts';
import type { DiscrepancyTotal, RunReport } from './run-report.ts';
import { AT_RISK_VERDICTS } from './run-standing.ts';

/** @throws InvariantViolated */
export async function assertRunHolds(
  connection: CommonQueryMethods,
  scope: RunScope,
  report: RunReport,
): Promise<void> {
  const isLatest = await connection.oneFirst(sql.type(z.object({ isLatest: z.boolean() }))`
    select decision_seq = ${scope.decisionSeq} as "isLatest" from accounts where account_id = ${scope.accountId}`);
  // Later runs change discrepancies in place; then only their verdicts as of this run are known exactly.
  const diagnostics = [...brokenLines(report), ...(isLatest ? wrongNumbers(report) : [])];
  if (diagnostics.length > 0)
    throw new InvariantViolated(`the report of run ${scope.runId} contradicts itself`, diagnostics);
}

function brokenLines({ totals }: RunReport): string[] {
  return gateProof(totals)
    .filter(({ holds }) => !holds)
    .map(
      ({ side, level, kind, currency }) =>
        `${side} ${level} ${kind} ${currency}: open after is not what the terms add up to`,
    );
}

function wrongNumbers({ run, discrepancyTotals }: RunReport): string[] {
  const own = discrepancyTotals.filter(({ section }) => section === 'own');
  const reporting = (total: DiscrepancyTotal) => total.currency === run.reportingCurrency;
  const carried = discrepancyTotals.filter(({ section }) => section === 'carried');
  const missing = own.filter(({ verdict }) => verdict === 'missing_internal' || verdict === 'missing_processor');
  const numbers: ReadonlyArray<readonly [name: string, ofRun: bigint, ofDiscrepancies: bigint]> = [
    ['missing_transaction_count', BigInt(run.missingTransactionCount), countOf(missing)],
    [
      'total_discrepancy_amount',
      run.atRiskMinor,
      sumOf(own.filter((total) => reporting(total) && AT_RISK_VERDICTS.includes(total.verdict))),
    ],
    [
      'ambiguous_amount',
      run.ambiguousMinor,
      sumOf(own.filter((total) => reporting(total) && total.verdict === 'ambiguous')),
    ],
    ['carried_count', BigInt(run.carriedCount), countOf(carried)],
    ['carried_amount', run.carriedMinor, sumOf(carried.filter(reporting))],
  ];
  return numbers
    .filter(([, ofRun, ofDiscrepancies]) => ofRun !== ofDiscrepancies)
    .map(([name]) => `${name} of the run is not what its discrepancies add up to`);
}

function countOf(totals: readonly DiscrepancyTotal[]): bigint {
  return totals.reduce((sum, { count }) => sum + count, 0n);
}

function sumOf(totals: readonly DiscrepancyTotal[]): bigint {
  return totals.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}
