// Reads one processor row of the file contract (design section 5). Only the fields named here are looked at: whatever
// else a source sends never goes further than this file.
import { processorContentHash } from '../../../domain/content-hash.ts';
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { LEVELS, type Level } from '../../../domain/vocabulary.ts';
import {
  assertAccount,
  isKind,
  optionalAmount,
  optionalFlag,
  optionalStatus,
  requiredAmount,
  requiredCurrency,
  requiredInstantMs,
  requiredReference,
  requiredText,
  unknownKindCode,
} from './contract-fields.ts';
import { decimalText } from './decimal-text.ts';
import { readDate } from './instant.ts';
import { quoted } from './quoted.ts';
import { readReferences } from './references.ts';
import type { RowContext } from './row-context.ts';

/** The contract's fields as a file gives them: nothing is trusted yet. */
export interface ProcessorRecord {
  readonly id?: unknown;
  readonly kind?: unknown;
  readonly gross?: unknown;
  readonly currency?: unknown;
  readonly occurredAt?: unknown;
  readonly fee?: unknown;
  readonly net?: unknown;
  readonly reverses?: unknown;
  readonly movesBalance?: unknown;
  readonly availableOn?: unknown;
  readonly status?: unknown;
  readonly merchantReference?: unknown;
  readonly references?: unknown;
  readonly parentId?: unknown;
  readonly payoutId?: unknown;
  readonly presentment?: unknown;
  readonly fxRate?: unknown;
  readonly account?: unknown;
  readonly testMode?: unknown;
  readonly level?: unknown;
}

const LEVEL_SET: ReadonlySet<string> = new Set(LEVELS);
const FX_RATE = /^\d{1,12}(?:\.\d{1,18})?$/;

/** @throws DataError naming the field when the record breaks the contract. */
export function readProcessorRow(record: ProcessorRecord, context: RowContext): ProcessorRow {
  assertAccount(record.account, context.account);
  const externalId = requiredReference(record.id, 'id');
  const currency = requiredCurrency(record.currency, 'currency');
  const grossMinor = requiredAmount(record.gross, currency, 'gross');
  const occurredAtMs = requiredInstantMs(record.occurredAt, 'occurredAt');
  const kind = isKind(record.kind) ? record.kind : 'other';
  const status = optionalStatus(record.status) ?? 'settled';
  const fee = optionalAmount(record.fee, currency, 'fee');
  const net = optionalAmount(record.net, currency, 'net');
  if (fee !== null && net !== null && net !== grossMinor - fee) throw new DataError('net', 'is not gross minus fee');
  const presentment = readPresentment(record.presentment);
  const keys = readReferences(record, externalId);
  const row = {
    externalId,
    level: readLevel(record.level),
    kind,
    unknownCode: kind === record.kind ? null : unknownKindCode(record.kind),
    grossMinor,
    feeMinor: fee ?? (net === null ? null : grossMinor - net),
    netMinor: net ?? (fee === null ? null : grossMinor - fee),
    currency,
    occurredAtMs,
    homeDate: context.homeDateOf(occurredAtMs),
    availableOn: optionalDate(record.availableOn),
    status,
    reverses: optionalFlag(record.reverses, 'reverses') ?? false,
    movesBalance: optionalFlag(record.movesBalance, 'movesBalance') ?? status !== 'void',
    testMode: optionalFlag(record.testMode, 'testMode') ?? false,
    merchantReference: keys.merchantReference,
    parentId: keys.parentId,
    // A payout that names no payout is its own: its entries name its id.
    payoutId: keys.payoutId ?? (kind === 'payout' ? externalId : null),
    presentmentMinor: presentment?.minor ?? null,
    presentmentCurrency: presentment?.currency ?? null,
    fxRate: readFxRate(record.fxRate),
    references: keys.references,
    contentHash: 0n,
  } satisfies ProcessorRow;
  row.contentHash = processorContentHash(row);
  return row;
}

function readLevel(value: unknown): Level {
  if (value === undefined || value === null) return 'activity';
  if (isLevel(value)) return value;
  throw new DataError('level', `${quoted(value)} is not one of ${LEVELS.join(', ')}`);
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && LEVEL_SET.has(value);
}

function optionalDate(value: unknown): string | null {
  return value === undefined || value === null ? null : readDate(requiredText(value, 'availableOn'), 'availableOn');
}

function readPresentment(value: unknown): { minor: bigint; currency: string } | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') throw new DataError('presentment', 'is not an object with amount and currency');
  const given: { amount?: unknown; currency?: unknown } = value;
  const currency = requiredCurrency(given.currency, 'presentment.currency');
  return { minor: requiredAmount(given.amount, currency, 'presentment.amount'), currency };
}

function readFxRate(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && FX_RATE.test(value)) return decimalText(value);
  throw new DataError('fxRate', 'is not a decimal in quotes such as "1.0845"');
}
