// The shape in which the database answers for one discrepancy, parsed, and how it becomes the report's model. Pure.
import { z } from 'zod';
import { formatMinor } from '../../domain/money.ts';
import {
  DIFFERENCE_FIELDS,
  DISCREPANCY_STATES,
  type DifferenceField,
  KINDS,
  LEVELS,
  SEVERITIES,
  SIDES,
  STATUSES,
  VERDICTS,
} from '../../domain/vocabulary.ts';
import { type Difference, type ReportedDiscrepancy, SECTIONS, type SideRow } from './run-report.ts';

// The matching stores a difference as [processor, internal]; money in minor units as text.
const differences = z.partialRecord(z.enum(DIFFERENCE_FIELDS), z.tuple([z.string().nullable(), z.string().nullable()]));

export const discrepancyRow = z.object({
  section: z.enum(SECTIONS),
  discrepancyId: z.bigint(),
  level: z.enum(LEVELS),
  anchorSide: z.enum(SIDES),
  anchorExternalId: z.string(),
  partnerExternalId: z.string().nullable(),
  besideExternalIds: z.string().nullable(),
  businessDate: z.string(),
  verdict: z.enum(VERDICTS),
  reason: z.string().nullable(),
  state: z.enum(DISCREPANCY_STATES),
  severity: z.enum(SEVERITIES),
  kind: z.enum(KINDS),
  currency: z.string(),
  amountMinor: z.bigint(),
  rule: z.string().nullable(),
  members: z.number().nullable(),
  surplus: z.number().nullable(),
  balanced: z.boolean().nullable(),
  changedLater: z.boolean(),
  closedBy: z.enum(['matched_late', 'netted', 'superseded', 'person']).nullable(),
  differences: differences.nullable(),
  pExternalId: z.string().nullable(),
  pAmountMinor: z.bigint().nullable(),
  pFeeMinor: z.bigint().nullable(),
  pCurrency: z.string().nullable(),
  pKind: z.enum(KINDS).nullable(),
  pStatus: z.enum(STATUSES).nullable(),
  pMerchantReference: z.string().nullable(),
  pOccurredAtMs: z.number().nullable(),
  presentmentMinor: z.bigint().nullable(),
  presentmentCurrency: z.string().nullable(),
  iExternalId: z.string().nullable(),
  iAmountMinor: z.bigint().nullable(),
  iFeeMinor: z.bigint().nullable(),
  iCurrency: z.string().nullable(),
  iKind: z.enum(KINDS).nullable(),
  iStatus: z.enum(STATUSES).nullable(),
  iMerchantReference: z.string().nullable(),
  iOccurredAtMs: z.number().nullable(),
});

type DiscrepancyRow = z.infer<typeof discrepancyRow>;

export function toDiscrepancy(row: DiscrepancyRow): ReportedDiscrepancy {
  const processor = processorRow(row);
  const internal = internalRow(row);
  return {
    section: row.section,
    discrepancyId: row.discrepancyId,
    level: row.level,
    anchorSide: row.anchorSide,
    anchorExternalId: row.anchorExternalId,
    partnerExternalId:
      row.partnerExternalId ?? (row.anchorSide === 'processor' ? internal : processor)?.externalId ?? null,
    besideExternalIds: row.besideExternalIds,
    businessDate: row.businessDate,
    verdict: row.verdict,
    reason: row.reason,
    state: row.state,
    severity: row.severity,
    kind: row.kind,
    currency: row.currency,
    amountMinor: row.amountMinor,
    processor,
    internal,
    differences: toDifferences(row.differences, internal?.currency ?? row.currency),
    rule: row.rule,
    members: row.members,
    surplus: row.surplus,
    balanced: row.balanced,
    closedBy: row.closedBy,
    changedLater: row.changedLater,
  };
}

function processorRow(row: DiscrepancyRow): SideRow | null {
  if (row.pExternalId === null || row.pAmountMinor === null || row.pCurrency === null) return null;
  if (row.pKind === null || row.pStatus === null || row.pOccurredAtMs === null) return null;
  // Where the customer's currency is the record's, that is what the matching compared.
  const presented = row.presentmentMinor !== null && row.presentmentCurrency === row.iCurrency;
  return {
    externalId: row.pExternalId,
    amountMinor: presented ? (row.presentmentMinor ?? row.pAmountMinor) : row.pAmountMinor,
    currency: presented ? (row.presentmentCurrency ?? row.pCurrency) : row.pCurrency,
    // The fee is counted in the currency of the balance, which may be another one.
    feeMinor: presented && row.presentmentCurrency !== row.pCurrency ? null : row.pFeeMinor,
    kind: row.pKind,
    status: row.pStatus,
    merchantReference: row.pMerchantReference,
    occurredAtMs: row.pOccurredAtMs,
  };
}

function internalRow(row: DiscrepancyRow): SideRow | null {
  if (row.iExternalId === null || row.iAmountMinor === null || row.iCurrency === null) return null;
  if (row.iKind === null || row.iStatus === null || row.iOccurredAtMs === null) return null;
  return {
    externalId: row.iExternalId,
    amountMinor: row.iAmountMinor,
    currency: row.iCurrency,
    feeMinor: row.iFeeMinor,
    kind: row.iKind,
    status: row.iStatus,
    merchantReference: row.iMerchantReference,
    occurredAtMs: row.iOccurredAtMs,
  };
}

const MONEY_FIELDS: readonly DifferenceField[] = ['amount', 'fee'];

function toDifferences(stored: DiscrepancyRow['differences'], currency: string): Difference[] {
  return DIFFERENCE_FIELDS.flatMap((field) => {
    const pair = stored?.[field];
    if (pair === undefined) return [];
    const words = (value: string | null) =>
      value !== null && MONEY_FIELDS.includes(field) ? formatMinor(BigInt(value), currency) : value;
    return [{ field, processor: words(pair[0]), internal: words(pair[1]) }];
  });
}
