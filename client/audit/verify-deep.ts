// Recomputes what the audit log vouches for, and compares what protects it with what was shipped. Reads only.
import type { DatabasePool } from 'slonik';
import type { AuditFinding } from '../../activities/audit/verify-audit.ts';
import { type ContentsFinding, verifyContents } from '../../activities/audit/verify-contents.ts';
import { inSnapshot } from '../../activities/report/read-report.ts';
import { composeStore } from '../../worker/compose-outbox.ts';
import type { ReconConfig } from '../../worker/config.ts';
import { compareGuards } from './compare-guards.ts';

export interface DeepFinding {
  readonly contents: ContentsFinding;
  /** Of triggers, functions, owners and grants: what differs from sql/schema.sql. */
  readonly guards: readonly string[];
}

/** @param golden Instead of sql/schema.sql. */
export async function verifyDeep(
  config: ReconConfig,
  database: DatabasePool,
  { chains }: AuditFinding,
  golden?: string,
): Promise<DeepFinding> {
  const reports = composeStore(config);
  return inSnapshot(database, async (connection) => {
    const contents = { right: 0, wrong: [] as string[], unknown: [] as string[] };
    for (const { chain } of chains) {
      const found = await verifyContents({ connection, reports }, chain);
      contents.right += found.right;
      contents.wrong.push(...found.wrong);
      contents.unknown.push(...found.unknown);
    }
    return { contents, guards: await compareGuards(connection, golden) };
  });
}
