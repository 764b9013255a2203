// Decides whether what the audit log vouches for by digest is still what it was: results, transitions of discrepancies, report
// files. Reads only.
import { hash } from 'node:crypto';
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { type AuditRow, parseBody } from '../../domain/audit-chain.ts';
import { ObjectMissing, type ObjectStore, StoreUnavailable } from '../report/object-store.ts';
import { readChain } from './read-chain.ts';
import { transitionsQuery } from './run-events.ts';
import { storedDigest } from './stored-digest.ts';

export interface ContentsFinding {
  /** How many digests were recomputed and are right. */
  readonly right: number;
  /** What is not what it was, each in a line. */
  readonly wrong: readonly string[];
  /** What could not be looked at. */
  readonly unknown: readonly string[];
}

export interface ContentsDeps {
  readonly connection: DatabaseTransactionConnection;
  readonly reports: Pick<ObjectStore, 'get'>;
}

// Behind so many there is something else to do than to read on.
const LINES_MAX = 100;

export async function verifyContents(deps: ContentsDeps, chain: string): Promise<ContentsFinding> {
  const found = { right: 0, wrong: [] as string[], unknown: [] as string[] };
  for await (const row of readChain(deps.connection, chain)) {
    for (const { kind, line } of await checkRow(deps, row)) {
      if (kind === 'right') found.right += 1;
      else found[kind].push(line);
    }
    if (found.wrong.length + found.unknown.length >= LINES_MAX) break;
  }
  return found;
}

interface Checked {
  readonly kind: 'right' | 'wrong' | 'unknown';
  readonly line: string;
}

async function checkRow(deps: ContentsDeps, row: AuditRow): Promise<Checked[]> {
  const data = parseBody(row.body)?.data ?? {};
  const unreadable: Checked[] = [{ kind: 'unknown', line: `${row.chain}: ${row.eventKey} cannot be read any more` }];
  if (row.event === 'run_completed') {
    const said = completed.safeParse(data);
    return said.success ? checkRun(deps.connection, row.chain, said.data) : unreadable;
  }
  if (row.event === 'report_written') {
    const said = written.safeParse(data);
    return said.success ? checkFiles(deps.reports, said.data) : unreadable;
  }
  return [];
}

const completed = z.object({
  run: z.string(),
  resultDigest: z.string(),
  transitions: z.object({ count: z.number(), sha256: z.string() }),
});

const runRow = z.object({ runId: z.bigint(), digest: z.string().nullable(), result: z.string().nullable() });

async function checkRun(
  connection: CommonQueryMethods,
  account: string,
  { run, resultDigest, transitions }: z.infer<typeof completed>,
): Promise<Checked[]> {
  const [, date = '', number = ''] = /\/(\d{4}-\d\d-\d\d)#(\d+)$/.exec(run) ?? [];
  const row = await connection.maybeOne(sql.type(runRow)`
    select run_id as "runId", result_digest as digest, canonical_result as result from reconciliation_runs
    where account = ${account} and run_date = ${date} and run_number = ${Number(number)}`);
  if (row === null) return [{ kind: 'wrong', line: `run ${run} is gone` }];
  const now = await connection.one(transitionsQuery(row.runId));
  return [
    compared(`the result of run ${run}`, resultDigest, row.result === null ? null : hash('sha256', row.result, 'hex')),
    compared(`the result digest of run ${run}`, resultDigest, row.digest),
    compared(`what run ${run} did to discrepancies (${transitions.count} events)`, transitions.sha256, now.sha256),
  ];
}

const written = z.object({ files: z.record(z.string(), z.string()) });

async function checkFiles(reports: ContentsDeps['reports'], { files }: z.infer<typeof written>): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const [key, sha256] of Object.entries(files)) {
    try {
      checked.push(compared(`report file ${key}`, sha256, await storedDigest(reports, key)));
    } catch (error) {
      if (error instanceof ObjectMissing) checked.push(compared(`report file ${key}`, sha256, null));
      else if (error instanceof StoreUnavailable) checked.push({ kind: 'unknown', line: error.message });
      else throw error;
    }
  }
  return checked;
}

function compared(what: string, expected: string, found: string | null): Checked {
  if (found === expected) return { kind: 'right', line: what };
  return {
    kind: 'wrong',
    line: found === null ? `${what} is gone` : `${what} is ${found}; it was ${expected} when it was made`,
  };
}
