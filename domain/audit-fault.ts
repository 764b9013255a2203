// What can be wrong with an audit chain, by name. One fault a chain: behind the first bad row nothing can be said.

export const AUDIT_FAULTS = [
  /** A row is not what was hashed. */
  'edited',
  /** A number is missing between two rows. */
  'deleted',
  /** Rows that continue another history than the one that stands before them, or than the one that was anchored. */
  'forked',
  /** The last rows are gone, while the business went on. */
  'cut_tail',
  /** The whole database stands at an earlier time than what was anchored. */
  'restored_copy',
  /** The row of the chain's head is not the last row. */
  'head_changed',
  /** What stands in the evidence store is not what was put there. */
  'anchor_changed',
] as const;

export type AuditFaultKind = (typeof AUDIT_FAULTS)[number];

export interface AuditFault {
  readonly kind: AuditFaultKind;
  readonly chain: string;
  /** The first number that is wrong. */
  readonly seq: bigint;
  /** The event's key, where there is a row to read it from. */
  readonly eventKey: string | null;
  readonly message: string;
}
