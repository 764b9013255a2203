// Arbitrary canonical rows and the file contract's words for them, for tests of what reads and writes rows.
import fc from 'fast-check';
import { internalContentHash, processorContentHash } from '../../../domain/content-hash.ts';
import { formatMinor } from '../../../domain/money.ts';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import { KINDS, LEVELS, STATUSES } from '../../../domain/vocabulary.ts';
import { rowContext } from './row-context.ts';

export const ACCOUNT = 'stripe/us';
export const ZONE = 'America/New_York';
const { homeDateOf } = rowContext(ACCOUNT, ZONE);

const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'ISK', 'CLF');
// Up to 12 digits: a longer whole number may look like a card.
const minor = fc.bigInt({ min: -(10n ** 12n) + 1n, max: 10n ** 12n - 1n });
const key = fc.stringMatching(/^[a-z]{2}_[A-Za-z0-9]{4,24}$/);
const instantMs = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

export const processorRow: fc.Arbitrary<ProcessorRow> = fc
  .record({
    externalId: key,
    level: fc.constantFrom(...LEVELS),
    kind: fc.constantFrom(...KINDS),
    grossMinor: minor,
    feeMinor: maybe(minor),
    currency,
    occurredAtMs: instantMs,
    availableOn: maybe(fc.constantFrom('2026-02-28', '2024-02-29')),
    status: fc.constantFrom(...STATUSES),
    reverses: fc.boolean(),
    movesBalance: fc.boolean(),
    testMode: fc.boolean(),
    merchantReference: maybe(key),
    parentId: maybe(key),
    payoutId: maybe(key),
    presentment: maybe(fc.record({ presentmentMinor: minor, presentmentCurrency: currency })),
    fxRate: maybe(fc.constantFrom('1.0845', '0.0066', '151')),
    references: fc.uniqueArray(key, { maxLength: 3 }),
  })
  .map(({ presentment, references, ...rest }) => {
    const row = {
      ...rest,
      unknownCode: null,
      netMinor: rest.feeMinor === null ? null : rest.grossMinor - rest.feeMinor,
      homeDate: homeDateOf(rest.occurredAtMs),
      payoutId: rest.payoutId ?? (rest.kind === 'payout' ? rest.externalId : null),
      presentmentMinor: presentment?.presentmentMinor ?? null,
      presentmentCurrency: presentment?.presentmentCurrency ?? null,
      references: references
        .filter((value) => value !== rest.externalId)
        .sort()
        .map((value) => ({ type: 'processor_id' as const, value })),
    };
    return { ...row, contentHash: processorContentHash(row) };
  });

export const internalRow: fc.Arbitrary<InternalRow> = fc
  .record({
    externalId: key,
    kind: fc.constantFrom(...KINDS),
    amountMinor: minor,
    feeMinor: maybe(minor),
    currency,
    occurredAtMs: instantMs,
    status: fc.constantFrom(...STATUSES),
    reverses: fc.boolean(),
    movesBalance: fc.boolean(),
    processorReference: maybe(key),
    merchantReference: maybe(key),
    parentId: maybe(key),
  })
  .map((rest) => {
    const row = { ...rest, unknownCode: null, homeDate: homeDateOf(rest.occurredAtMs) };
    return { ...row, contentHash: internalContentHash(row) };
  });

/** The row as the file contract writes it, null where it says nothing. */
export function processorRecord(row: ProcessorRow): Record<string, unknown> {
  const presentment =
    row.presentmentMinor === null || row.presentmentCurrency === null
      ? null
      : { amount: formatMinor(row.presentmentMinor, row.presentmentCurrency), currency: row.presentmentCurrency };
  return {
    id: row.externalId,
    kind: row.kind,
    gross: formatMinor(row.grossMinor, row.currency),
    currency: row.currency,
    occurredAt: new Date(row.occurredAtMs).toISOString(),
    fee: row.feeMinor === null ? null : formatMinor(row.feeMinor, row.currency),
    net: row.netMinor === null ? null : formatMinor(row.netMinor, row.currency),
    reverses: row.reverses,
    movesBalance: row.movesBalance,
    availableOn: row.availableOn,
    status: row.status,
    merchantReference: row.merchantReference,
    references: row.references,
    parentId: row.parentId,
    payoutId: row.payoutId,
    presentment,
    fxRate: row.fxRate,
    account: ACCOUNT,
    testMode: row.testMode,
    level: row.level,
  };
}

export function internalRecord(row: InternalRow): Record<string, unknown> {
  return {
    id: row.externalId,
    kind: row.kind,
    amount: formatMinor(row.amountMinor, row.currency),
    currency: row.currency,
    occurredAt: new Date(row.occurredAtMs).toISOString(),
    account: ACCOUNT,
    fee: row.feeMinor === null ? null : formatMinor(row.feeMinor, row.currency),
    status: row.status,
    processorReference: row.processorReference,
    merchantReference: row.merchantReference,
    parentId: row.parentId,
    reverses: row.reverses,
    movesBalance: row.movesBalance,
  };
}
