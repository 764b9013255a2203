// Tables that say what a processor's codes are: for each kind the codes that do it, and those that undo it. Pure.
import type { Kind } from '../../../domain/vocabulary.ts';

export interface CodedKind {
  readonly kind: Kind;
  readonly reverses: boolean;
  /** The code that no table knows; the row is then of kind `other`. */
  readonly unknownCode: string | null;
}

/** Codes are separated by white space. */
export type KindTable = ReadonlyArray<readonly [kind: Kind, forward: string, reversing: string]>;

export function kindsByCode(table: KindTable): ReadonlyMap<string, CodedKind> {
  const kinds = new Map<string, CodedKind>();
  for (const [kind, forward, reversing] of table) {
    for (const code of forward.split(/\s+/)) kinds.set(code, { kind, reverses: false, unknownCode: null });
    for (const code of reversing.split(/\s+/)) kinds.set(code, { kind, reverses: true, unknownCode: null });
  }
  // What splitting an empty list leaves.
  kinds.delete('');
  return kinds;
}

export function unknownKind(code: string): CodedKind {
  return { kind: 'other', reverses: false, unknownCode: code };
}
