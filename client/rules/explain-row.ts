// Explains one row: gathers what the database knows of it and puts it into words. Reads the database only.
import type { DatabasePool } from 'slonik';
import { type Candidate, type ExplanationFacts, readExplanation, type Standing } from '../database/read-explanation.ts';
import { UsageError } from '../usage-error.ts';
import { candidateRejection, type Rejection } from './candidate-rejection.ts';
import type { RowAddress } from './row-address.ts';
import { type VerdictReasons, verdictReasons } from './verdict-reasons.ts';

export interface Explanation {
  readonly facts: ExplanationFacts;
  readonly verdicts: ReadonlyArray<{ readonly standing: Standing; readonly reasons: VerdictReasons }>;
  readonly rejected: ReadonlyArray<{ readonly candidate: Candidate; readonly rejection: Rejection }>;
}

/** @throws UsageError where there is no such row. */
export async function explainRow(database: DatabasePool, address: RowAddress): Promise<Explanation> {
  const facts = await readExplanation(database, address);
  if (facts === null) throw new UsageError(notThere(address));
  return explain(facts);
}

function explain(facts: ExplanationFacts): Explanation {
  return {
    facts,
    verdicts: facts.standings.map((standing) => ({ standing, reasons: verdictReasons(facts, standing) })),
    rejected: facts.candidates.flatMap((candidate) => {
      const rejection = candidateRejection(facts, candidate);
      return rejection === null ? [] : [{ candidate, rejection }];
    }),
  };
}

function notThere(address: RowAddress): string {
  if ('discrepancyId' in address) {
    return `there is no discrepancy ${address.discrepancyId}: discrepancies list shows those there are`;
  }
  const { account, side, id } = address;
  return `${account} has no ${side} row "${id}": ids are written as the source writes them, and ${side === 'processor' ? 'internal' : 'processor'} rows are asked for by that word`;
}
