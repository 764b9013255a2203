// Decides which keys a row of a foreign file carries. Values are handed on as they stand: what a key may be is decided by
// the contract's reader.
import type { Kind, ReferenceType } from '../../../domain/vocabulary.ts';
import { type ColumnFinder, cellAt } from './mapping-cells.ts';
import type { KeyRule } from './mapping-schema.ts';

interface WrittenKey {
  readonly type: ReferenceType;
  readonly value: string;
}

export type KeysReader = (cells: readonly string[], kind: Kind, reverses: boolean) => WrittenKey[];

export function keysReader(
  references: Partial<Record<ReferenceType, readonly KeyRule[]>>,
  find: ColumnFinder,
): KeysReader {
  const rules = Object.entries(references).flatMap(([type, list]) =>
    list.map((rule) => ({
      // Object.entries forgets what the keys are.
      type: type as ReferenceType,
      places: columnsOfRule(rule).map(find),
      onlyFirst: 'first' in rule,
      kinds: rule.kinds === undefined ? null : new Set<Kind>(rule.kinds),
      reverses: rule.reverses ?? null,
    })),
  );
  return (cells, kind, reverses) => {
    const keys: WrittenKey[] = [];
    for (const { type, places, onlyFirst, kinds, ...rule } of rules) {
      if (kinds !== null && !kinds.has(kind)) continue;
      if (rule.reverses !== null && rule.reverses !== reverses) continue;
      for (const place of places) {
        const value = cellAt(cells, place);
        if (value === '') continue;
        keys.push({ type, value });
        if (onlyFirst) break;
      }
    }
    return keys;
  };
}

/** The first cell that is not empty; undefined where all are. */
export function firstReader(columns: readonly string[] | undefined, find: ColumnFinder) {
  const places = (columns ?? []).map(find);
  return (cells: readonly string[]) => {
    for (const place of places) {
      const value = cellAt(cells, place);
      if (value !== '') return value;
    }
    return undefined;
  };
}

export function columnsOfRule(rule: KeyRule): readonly string[] {
  return 'first' in rule ? rule.first : rule.columns;
}
