// Reads one record of the company's own system by the file contract (design section 5). Only the fields named here are
// looked at: whatever else a source sends never goes further than this file.
import { internalContentHash } from '../../../domain/content-hash.ts';
import type { InternalRow } from '../../../domain/transaction.ts';
import {
  assertAccount,
  isKind,
  optionalAmount,
  optionalFlag,
  optionalReference,
  optionalStatus,
  requiredAmount,
  requiredCurrency,
  requiredInstantMs,
  requiredReference,
  unknownKindCode,
} from './contract-fields.ts';
import type { RowContext } from './row-context.ts';

/** The contract's fields as a file or a query gives them: nothing is trusted yet. */
export interface InternalRecord {
  readonly id?: unknown;
  readonly kind?: unknown;
  readonly amount?: unknown;
  readonly currency?: unknown;
  readonly occurredAt?: unknown;
  readonly account?: unknown;
  readonly fee?: unknown;
  readonly status?: unknown;
  readonly processorReference?: unknown;
  readonly merchantReference?: unknown;
  readonly parentId?: unknown;
  readonly reverses?: unknown;
  readonly movesBalance?: unknown;
}

/** @throws DataError naming the field when the record breaks the contract. */
export function readInternalRow(record: InternalRecord, context: RowContext): InternalRow {
  assertAccount(record.account, context.account);
  const externalId = requiredReference(record.id, 'id');
  const currency = requiredCurrency(record.currency, 'currency');
  const amountMinor = requiredAmount(record.amount, currency, 'amount');
  const occurredAtMs = requiredInstantMs(record.occurredAt, 'occurredAt');
  const kind = isKind(record.kind) ? record.kind : 'other';
  const status = optionalStatus(record.status) ?? 'settled';
  const row = {
    externalId,
    kind,
    unknownCode: kind === record.kind ? null : unknownKindCode(record.kind),
    amountMinor,
    feeMinor: optionalAmount(record.fee, currency, 'fee'),
    currency,
    occurredAtMs,
    homeDate: context.homeDateOf(occurredAtMs),
    status,
    reverses: optionalFlag(record.reverses, 'reverses') ?? false,
    movesBalance: optionalFlag(record.movesBalance, 'movesBalance') ?? status !== 'void',
    processorReference: optionalReference(record.processorReference, 'processorReference'),
    merchantReference: optionalReference(record.merchantReference, 'merchantReference'),
    parentId: optionalReference(record.parentId, 'parentId'),
    contentHash: 0n,
  } satisfies InternalRow;
  row.contentHash = internalContentHash(row);
  return row;
}
