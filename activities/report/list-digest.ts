// The digest that every format of a report can be checked against: SHA-256 over what all of them say of each
// discrepancy, in the order of the list. Must depend on nothing that one format alone knows.
import { createHash } from 'node:crypto';
import { formatMinor } from '../../domain/money.ts';
import { csvText } from './csv-cell.ts';
import { sideId } from './discrepancy-cells.ts';
import type { ReportedDiscrepancy } from './run-report.ts';

/** As they stand in a cell: ids made safe for spreadsheets, amounts as decimals, '' where there is none. */
export interface ListedFields {
  readonly discrepancyId: string;
  readonly section: string;
  readonly severity: string;
  readonly verdict: string;
  readonly level: string;
  readonly kind: string;
  readonly businessDate: string;
  readonly currency: string;
  readonly amount: string;
  readonly processorId: string;
  readonly internalId: string;
}

export interface ListDigest {
  add(fields: ListedFields): void;
  hex(): string;
}

export function createListDigest(): ListDigest {
  const digest = createHash('sha256');
  return {
    add: (of) => {
      const fields = [of.discrepancyId, of.section, of.severity, of.verdict, of.level, of.kind, of.businessDate];
      // As JSON: no separator can be hidden in an id.
      digest.update(`${JSON.stringify([...fields, of.currency, of.amount, of.processorId, of.internalId])}\n`);
    },
    hex: () => digest.copy().digest('hex'),
  };
}

export function listedFields(discrepancy: ReportedDiscrepancy): ListedFields {
  return {
    discrepancyId: discrepancy.discrepancyId.toString(),
    section: discrepancy.section,
    severity: discrepancy.severity,
    verdict: discrepancy.verdict,
    level: discrepancy.level,
    kind: discrepancy.kind,
    businessDate: discrepancy.businessDate,
    currency: discrepancy.currency,
    amount: formatMinor(discrepancy.amountMinor, discrepancy.currency),
    processorId: csvText(sideId(discrepancy, 'processor')),
    internalId: csvText(sideId(discrepancy, 'internal')),
  };
}
