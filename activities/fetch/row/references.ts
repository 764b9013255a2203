// Decides which keys a processor row carries and where each belongs: the merchant reference, the parent and the payout
// have a place of their own, the rest is a sorted list without repeats, so that the order in a source means nothing.
import { DataError } from '../../../domain/data-error.ts';
import type { Reference } from '../../../domain/transaction.ts';
import { REFERENCE_TYPES, type ReferenceType } from '../../../domain/vocabulary.ts';
import { optionalReference } from './contract-fields.ts';
import { quoted } from './quoted.ts';

export interface RowKeys {
  readonly merchantReference: string | null;
  readonly parentId: string | null;
  readonly payoutId: string | null;
  readonly references: readonly Reference[];
}

interface KeyFields {
  readonly merchantReference?: unknown;
  readonly parentId?: unknown;
  readonly payoutId?: unknown;
  readonly references?: unknown;
}

const REFERENCES_MAX = 50;
const NO_REFERENCES: readonly Reference[] = Object.freeze([]);
const OWN_PLACE: ReadonlySet<ReferenceType> = new Set(['merchant_reference', 'parent', 'payout'] as const);
const TYPE_SET: ReadonlySet<string> = new Set(REFERENCE_TYPES);

export function readReferences(fields: KeyFields, externalId: string): RowKeys {
  const merchantReference = optionalReference(fields.merchantReference, 'merchantReference');
  const parentId = optionalReference(fields.parentId, 'parentId');
  const payoutId = optionalReference(fields.payoutId, 'payoutId');
  if (fields.references === undefined || fields.references === null) {
    return { merchantReference, parentId, payoutId, references: NO_REFERENCES };
  }
  const listed = sortedOnce(readList(fields.references, externalId));
  if (listed.every((reference) => !OWN_PLACE.has(reference.type))) {
    return { merchantReference, parentId, payoutId, references: listed };
  }
  return withOwnPlaces(listed, merchantReference, parentId, payoutId);
}

/** A key of a type that has a place of its own goes there when the place is empty; else it stays a further key. */
function withOwnPlaces(
  listed: readonly Reference[],
  merchantReference: string | null,
  parentId: string | null,
  payoutId: string | null,
): RowKeys {
  const first = (type: ReferenceType) => listed.find((reference) => reference.type === type)?.value ?? null;
  const places: Partial<Record<ReferenceType, string | null>> = {
    merchant_reference: merchantReference ?? first('merchant_reference'),
    parent: parentId ?? first('parent'),
    payout: payoutId ?? first('payout'),
  };
  return {
    merchantReference: places.merchant_reference ?? null,
    parentId: places.parent ?? null,
    payoutId: places.payout ?? null,
    references: listed.filter((reference) => reference.value !== places[reference.type]),
  };
}

function readList(value: unknown, externalId: string): Reference[] {
  if (!Array.isArray(value)) throw new DataError('references', 'is not a list of { type, value }');
  if (value.length > REFERENCES_MAX) throw new DataError('references', `holds more than ${REFERENCES_MAX} keys`);
  const references: Reference[] = [];
  for (let index = 0; index < value.length; index += 1) {
    const reference = readReference(value[index], index);
    // The id is a processor id by itself.
    if (reference !== null && (reference.value !== externalId || reference.type !== 'processor_id')) {
      references.push(reference);
    }
  }
  return references;
}

function readReference(item: unknown, index: number): Reference | null {
  if (typeof item !== 'object' || item === null) throw new DataError(`references[${index}]`, 'is not { type, value }');
  const { type, value }: { type?: unknown; value?: unknown } = item;
  if (!isReferenceType(type)) {
    throw new DataError(`references[${index}].type`, `${quoted(type)} is not one of ${REFERENCE_TYPES.join(', ')}`);
  }
  const key = optionalReference(value, 'references');
  return key === null ? null : { type, value: key };
}

function sortedOnce(references: Reference[]): readonly Reference[] {
  if (isSortedOnce(references)) return references;
  references.sort(byTypeAndValue);
  return references.filter((reference, index) => {
    const before = references[index - 1];
    return before === undefined || byTypeAndValue(before, reference) !== 0;
  });
}

/** As most sources deliver them. */
function isSortedOnce(references: readonly Reference[]): boolean {
  let before: Reference | undefined;
  for (const reference of references) {
    if (before !== undefined && byTypeAndValue(before, reference) >= 0) return false;
    before = reference;
  }
  return true;
}

function byTypeAndValue(a: Reference, b: Reference): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

function isReferenceType(value: unknown): value is ReferenceType {
  return typeof value === 'string' && TYPE_SET.has(value);
}
