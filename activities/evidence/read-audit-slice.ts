// Reads the part of the account's audit chain that belongs to a run, as lines that can be verified by themselves: bodies are
// the very text that was hashed. Reads only.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson } from '../../domain/rule-set.ts';
import { InvariantViolated } from '../errors.ts';
import type { Manifest } from './manifest.ts';
import type { SealedRun } from './read-sealed-run.ts';

/** What a day's runs, decisions and mails amount to, many times over. */
const ROWS_MAX = 100_000;

export interface AuditSlice {
  /** One row a line; empty where the log says nothing of the run. */
  readonly text: string;
  readonly anchor: NonNullable<Manifest['audit']>;
}

const sliceRow = z.object({
  epoch: z.number(),
  seq: z.bigint(),
  body: z.string(),
  prevHash: z.string(),
  hash: z.string(),
});

export async function readAuditSlice(connection: CommonQueryMethods, run: SealedRun): Promise<AuditSlice> {
  const rows = await connection.any(sql.type(sliceRow)`
    select epoch, seq, body, prev_hash as "prevHash", hash from evidence_audit_slice(${run.runId}) limit ${ROWS_MAX + 1}`);
  if (rows.length > ROWS_MAX) {
    throw new InvariantViolated(`the evidence of run ${run.runId}`, [`more than ${ROWS_MAX} rows of the audit log`]);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    text: rows.map((row) => `${canonicalJson({ chain: run.account, ...row })}\n`).join(''),
    anchor: {
      chain: run.account,
      epoch: last?.epoch ?? null,
      fromSeq: first === undefined ? null : String(first.seq),
      toSeq: last === undefined ? null : String(last.seq),
      head: last?.hash ?? null,
    },
  };
}
