// Decides whether two readings of a row say the same. availableOn and payoutId alone never make a version.
import { hash } from 'node:crypto';
import type { InternalRow, ProcessorRow } from './transaction.ts';

// A separator that no reference can contain after trimming of control characters by the parser.
const UNIT = '\u001f';

export function processorContentHash(row: Omit<ProcessorRow, 'contentHash'>): bigint {
  let text =
    row.externalId + UNIT + row.level + UNIT + row.kind + UNIT + (row.unknownCode ?? '') + UNIT + row.grossMinor + UNIT;
  text += `${row.feeMinor ?? ''}${UNIT}${row.netMinor ?? ''}${UNIT}${row.currency}${UNIT}${row.occurredAtMs}${UNIT}`;
  text += `${row.status}${UNIT}${row.reverses}${UNIT}${row.movesBalance}${UNIT}${row.testMode}${UNIT}`;
  text += `${row.merchantReference ?? ''}${UNIT}${row.parentId ?? ''}${UNIT}${row.presentmentMinor ?? ''}${UNIT}`;
  text += `${row.presentmentCurrency ?? ''}${UNIT}${row.fxRate ?? ''}`;
  for (const reference of row.references) text += UNIT + reference.type + UNIT + reference.value;
  return first64Bits(text);
}

export function internalContentHash(row: Omit<InternalRow, 'contentHash'>): bigint {
  let text = row.externalId + UNIT + row.kind + UNIT + (row.unknownCode ?? '') + UNIT + row.amountMinor + UNIT;
  text += `${row.feeMinor ?? ''}${UNIT}${row.currency}${UNIT}${row.occurredAtMs}${UNIT}${row.status}${UNIT}`;
  text += `${row.reverses}${UNIT}${row.movesBalance}${UNIT}${row.processorReference ?? ''}${UNIT}`;
  text += `${row.merchantReference ?? ''}${UNIT}${row.parentId ?? ''}`;
  return first64Bits(text);
}

function first64Bits(text: string): bigint {
  // Twice as fast as asking for a Buffer, and a million rows pass here.
  return BigInt.asIntN(64, BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`));
}
