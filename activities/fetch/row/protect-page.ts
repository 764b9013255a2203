// The one place that every row passes before it is hashed, staged or logged: what a parser has marked as personal becomes a keyed
// token, the same on both sides, so that different values stay different keys; without a key such a row is quarantined.
// A mark holds the character NUL, which PostgreSQL refuses: what slips by here cannot be stored.
import { createHmac } from 'node:crypto';
import { internalContentHash, processorContentHash } from '../../../domain/content-hash.ts';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { PayoutEntry, QuarantinedRow, SourcePage } from '../source.ts';
import { isMarked, markedKinds, type PersonalKind, unmarked } from './personal-mark.ts';

/** Turns a value into `tok<version>_<160 bits in hex>`. */
export type Tokenise = (value: string) => string;

const TOKEN_HEX_CHARS = 40;
export const TOKEN_KEY_CHARS_MIN = 32;

export function tokeniser(key: string, version: number): Tokenise {
  return (value) =>
    `tok${version}_${createHmac('sha256', key).update(value, 'utf8').digest('hex').slice(0, TOKEN_HEX_CHARS)}`;
}

export interface ProtectedPage<R extends ProcessorRow | InternalRow> {
  readonly page: SourcePage<R>;
  /** How many rows hold something, by what it looks like. */
  readonly found: ReadonlyMap<PersonalKind, number>;
}

export const PERSONAL_NAMES: Readonly<Record<PersonalKind, string>> = {
  card: 'a card number',
  email: 'an e-mail address',
};

/** @param sourceName of quarantined rows. */
export function protectPage<R extends ProcessorRow | InternalRow>(
  page: SourcePage<R>,
  tokenise: Tokenise | null,
  sourceName: string,
): ProtectedPage<R> {
  const found = new Map<PersonalKind, number>();
  const suspects = page.rows.flatMap((row, index) => (textsOf(row).some(isMarked) ? [index] : []));
  const entries = page.payoutEntries?.map((entry) => withoutMarks(entry, tokenise));
  const payoutEntries = entries === undefined ? {} : { payoutEntries: entries };
  if (suspects.length === 0) return { page: { ...page, ...payoutEntries }, found };
  const rows: R[] = [...page.rows];
  const refused = new Map<number, QuarantinedRow>();
  for (const index of suspects) {
    const row = rows[index];
    if (row === undefined) continue;
    const kinds = new Set(textsOf(row).flatMap(markedKinds));
    for (const kind of kinds) found.set(kind, (found.get(kind) ?? 0) + 1);
    if (tokenise !== null) rows[index] = tokenised(row, tokenise) as R;
    else refused.set(index, quarantinedOf(row, page.lines?.[index] ?? null, [...kinds], sourceName));
  }
  const kept = (_: unknown, index: number) => !refused.has(index);
  return {
    page: {
      ...page,
      ...payoutEntries,
      rows: rows.filter(kept),
      lines: page.lines?.filter(kept) ?? null,
      quarantined: [...page.quarantined, ...refused.values()],
    },
    found,
  };
}

function textsOf(row: ProcessorRow | InternalRow): (string | null)[] {
  const shared = [row.externalId, row.merchantReference, row.parentId, row.unknownCode];
  return 'references' in row
    ? [...shared, row.payoutId, ...row.references.map(({ value }) => value)]
    : [...shared, row.processorReference];
}

function tokenised(row: ProcessorRow | InternalRow, tokenise: Tokenise): ProcessorRow | InternalRow {
  const token = (value: string) => (isMarked(value) ? tokenise(unmarked(value)) : value);
  const optional = (value: string | null) => (value === null ? null : token(value));
  const shared = {
    externalId: token(row.externalId),
    merchantReference: optional(row.merchantReference),
    parentId: optional(row.parentId),
    unknownCode: optional(row.unknownCode),
  };
  if ('references' in row) {
    const references = row.references.map(({ type, value }) => ({ type, value: token(value) }));
    const safe = { ...row, ...shared, payoutId: optional(row.payoutId), references };
    return { ...safe, contentHash: processorContentHash(safe) };
  }
  const safe = { ...row, ...shared, processorReference: optional(row.processorReference) };
  return { ...safe, contentHash: internalContentHash(safe) };
}

function withoutMarks(entry: PayoutEntry, tokenise: Tokenise | null): PayoutEntry {
  // Without a key the row itself is in quarantine: its entry keeps an amount and a name that says nothing.
  const safe = (value: string) => (isMarked(value) ? (tokenise?.(unmarked(value)) ?? '(personal)') : value);
  return { ...entry, externalId: safe(entry.externalId), payoutId: safe(entry.payoutId) };
}

function quarantinedOf(
  row: ProcessorRow | InternalRow,
  line: number | null,
  kinds: readonly PersonalKind[],
  source: string,
): QuarantinedRow {
  const reason =
    `a reference looks like ${kinds.map((kind) => PERSONAL_NAMES[kind]).join(' and ')}, which may not be stored: remove it at ` +
    'the source, or set personalData.tokenKey, which turns it into a keyed token';
  const position = line ?? (isMarked(row.externalId) ? `row ${row.contentHash.toString(16)}` : row.externalId);
  return { source, position: String(position), reason };
}
