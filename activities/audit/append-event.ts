// Adds one event to an audit chain: the last statement of the transaction in which it happens, so that neither is there without the
// other. Idempotent by (chain, key): the same event again adds nothing; the same key with another body is refused.
// Bodies hold ids, counts, digests and what operators gave as a reason; never a row, never personal data.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson } from '../../domain/rule-set.ts';

/** The chain of what is no account's. */
export const SYSTEM_CHAIN = 'system';

export interface AuditEvent {
  /** The name of an account, or SYSTEM_CHAIN. */
  readonly chain: string;
  /** What happened, named so that it cannot happen twice: run/2026-01-31#2/completed. */
  readonly key: string;
  readonly body: { readonly event: string } & Readonly<Record<string, unknown>>;
}

/** Answers with its number in the chain. */
export function appendEvent(connection: CommonQueryMethods, { chain, key, body }: AuditEvent): Promise<bigint> {
  return connection.oneFirst(sql.type(z.object({ seq: z.bigint() }))`
    select audit_append(${chain}, ${key}, ${canonicalJson(body)}) as seq`);
}
