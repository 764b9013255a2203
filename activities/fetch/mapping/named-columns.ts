// Says which columns of a file a mapping reads, and for which field of the contract: what is checked in the header, and
// what `recon mapping check` shows.
import { columnsOfRule } from './mapping-keys.ts';
import type { AmountSpec, GrossSpec, Mapping } from './mapping-schema.ts';
import { columnsOfTime } from './mapping-time.ts';

export type FieldColumns = ReadonlyArray<readonly [field: string, columns: readonly string[]]>;

/** Every column that is read, once. */
export function namedColumns(mapping: Mapping): string[] {
  return [...new Set(fieldColumns(mapping).flatMap(([, columns]) => columns))];
}

/** The fields in the order in which people read them. */
export function fieldColumns(mapping: Mapping): FieldColumns {
  const fields: [string, readonly string[]][] = [
    ['id', mapping.id?.columns ?? []],
    ['kind', 'column' in mapping.kind ? [mapping.kind.column] : []],
    ['occurredAt', [...columnsOfTime(mapping.time), ...columnOf(mapping.time.zoneColumn)]],
    ['currency', 'column' in mapping.currency ? [mapping.currency.column] : []],
    ...amounts(mapping),
    ['status', columnOf(mapping.status?.column)],
    ['movesBalance', columnOf(mapping.movesBalance?.column)],
    ['reverses', columnOf(mapping.reverses?.column)],
    ['account', columnOf(mapping.account?.column)],
    ...keys(mapping),
    ['skipped', mapping.skip.map(({ column }) => column)],
  ];
  return fields.filter(([, columns]) => columns.length > 0);
}

function amounts(mapping: Mapping): [string, readonly string[]][] {
  if (mapping.side === 'internal') {
    return [
      ['amount', columnsOfAmount(mapping.amount)],
      ['fee', columnsOfAmount(mapping.fee)],
    ];
  }
  const { presentment } = mapping;
  return [
    ['gross', columnsOfGross(mapping.gross)],
    ['fee', columnsOfAmount(mapping.fee)],
    ['net', columnsOfAmount(mapping.net)],
    ['presentment', presentment === undefined ? [] : [...columnsOfAmount(presentment.amount), presentment.currency]],
    ['availableOn', columnOf(mapping.availableOn?.column)],
    ['testMode', columnOf(mapping.testMode?.column)],
  ];
}

function keys(mapping: Mapping): [string, readonly string[]][] {
  if (mapping.side === 'internal') {
    return [
      ['processorReference', mapping.processorReference ?? []],
      ['merchantReference', mapping.merchantReference ?? []],
      ['parentId', mapping.parentId ?? []],
    ];
  }
  return Object.entries(mapping.references).map(([type, rules]) => [
    type,
    [...new Set((rules ?? []).flatMap(columnsOfRule))],
  ]);
}

function columnsOfGross(spec: GrossSpec | undefined): readonly string[] {
  if (spec === undefined || !('otherwise' in spec)) return columnsOfAmount(spec);
  return [...columnsOfAmount(spec.amount), ...columnOf(spec.currency)];
}

function columnsOfAmount(spec: AmountSpec | undefined): readonly string[] {
  if (spec === undefined) return [];
  if ('sum' in spec) return spec.sum;
  if ('credit' in spec) return [spec.credit, spec.debit];
  return [spec.column, ...(typeof spec.sign === 'string' ? [] : [spec.sign.column])];
}

function columnOf(column: string | undefined): string[] {
  return column === undefined ? [] : [column];
}
