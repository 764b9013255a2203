// Puts the evidence package of a closed run together in a folder, from one snapshot of the database. The same run gives the same
// bytes: no clock is asked. Must never seal a result whose digest is not the run's.
import { hash } from 'node:crypto';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson } from '../../domain/rule-set.ts';
import { InvariantViolated } from '../errors.ts';
import { ObjectMissing, type ObjectStore } from '../report/object-store.ts';
import { inSnapshot } from '../report/read-report.ts';
import { reportFileKey } from '../report/report-files.ts';
import { EVIDENCE_FILES, reportFiles } from './evidence-files.ts';
import { MANIFEST_FORMAT, type Manifest, manifestText } from './manifest.ts';
import type { PackageFolder } from './package-folder.ts';
import { readAuditSlice } from './read-audit-slice.ts';
import { readCompleteness } from './read-completeness.ts';
import { readControlTotals } from './read-control-totals.ts';
import { readDecisions } from './read-decisions.ts';
import { EvidenceNotReady, instant, readSealedRun, type SealedRun } from './read-sealed-run.ts';
import { historyText, type ReadHistories } from './workflow-histories.ts';

export interface PackageSources {
  readonly database: DatabasePool;
  /** Where reports are published. */
  readonly reports: ObjectStore;
  readonly histories: ReadHistories;
}

export interface WrittenPackage {
  readonly run: SealedRun;
  readonly manifestText: string;
}

/**
 * @param mayLackReports for a run whose report could not be published for so long that its history may be deleted meanwhile.
 * @throws EvidenceNotReady
 */
export async function writePackage(
  { database, reports, histories }: PackageSources,
  runId: bigint,
  folder: PackageFolder,
  { mayLackReports }: { readonly mayLackReports: boolean },
): Promise<WrittenPackage> {
  const { run, audit } = await inSnapshot(database, async (transaction) => {
    const found = await readSealedRun(transaction, runId);
    return { run: found, audit: await writeStored(transaction, found, folder) };
  });
  const reportState = await copyReports(reports, run, folder, mayLackReports);
  const executions = await histories(run);
  if (executions !== null) await folder.writeText(EVIDENCE_FILES.history, historyText(executions));
  const text = manifestText({
    format: MANIFEST_FORMAT,
    run: runOf(run),
    reports: reportState,
    history: executions === null ? 'gone' : 'archived',
    audit,
    files: [...folder.files()],
  });
  return { run, manifestText: text };
}

/** What the database holds of the run. */
async function writeStored(
  transaction: CommonQueryMethods,
  run: SealedRun,
  folder: PackageFolder,
): Promise<Manifest['audit']> {
  const write = (name: string, body: unknown) => folder.writeText(name, canonicalJson(body));
  await write(EVIDENCE_FILES.completeness, await readCompleteness(transaction, run));
  await write(EVIDENCE_FILES.totals, await readControlTotals(transaction, run));
  await write(EVIDENCE_FILES.decisions, await readDecisions(transaction, run));
  const { result, rules } = await readTexts(transaction, run);
  if (result !== null) await folder.writeText(EVIDENCE_FILES.result, result);
  if (rules !== null) await folder.writeText(EVIDENCE_FILES.rules, rules);
  const audit = await readAuditSlice(transaction, run);
  await folder.writeText(EVIDENCE_FILES.audit, audit.text);
  return audit.anchor;
}

const textsRow = z.object({ result: z.string().nullable(), rules: z.string().nullable() });

/** The canonical result and the rules, byte for byte as they were hashed. */
async function readTexts(connection: CommonQueryMethods, run: SealedRun) {
  const texts = await connection.one(sql.type(textsRow)`
    select r.canonical_result as result, s.body as rules
    from reconciliation_runs r left join rule_sets s using (rule_set_hash) where r.run_id = ${run.runId}`);
  const digestOf = (text: string | null) => (text === null ? null : hash('sha256', text, 'hex'));
  const broken = [
    ...(digestOf(texts.result) === run.resultDigest ? [] : ['the stored result does not have the stored digest']),
    ...(digestOf(texts.rules) === run.ruleSetHash ? [] : ['the stored rule set does not have its hash']),
  ];
  if (broken.length > 0) throw new InvariantViolated(`the evidence of run ${run.runId}`, broken);
  return texts;
}

async function copyReports(
  reports: ObjectStore,
  run: SealedRun,
  folder: PackageFolder,
  mayLackReports: boolean,
): Promise<Manifest['reports']> {
  if (run.status !== 'completed') return 'none';
  const { reportKey } = run;
  if (reportKey === null || run.publishStatus !== 'done') {
    if (mayLackReports) return 'not_published';
    throw new EvidenceNotReady(run.runId, `publishing its report is ${run.publishStatus}`);
  }
  try {
    for (const [format, name] of reportFiles()) {
      await folder.copy(name, await reports.get(reportFileKey(reportKey, format)));
    }
    return 'copied';
  } catch (error) {
    // Some of them are there: they stand in the manifest.
    if (error instanceof ObjectMissing && mayLackReports) return 'not_published';
    throw error;
  }
}

function runOf(run: SealedRun): Manifest['run'] {
  return {
    account: run.account,
    date: run.runDate,
    number: run.runNumber,
    runId: String(run.runId),
    status: run.status,
    outcome: run.outcome,
    decisionSeq: run.decisionSeq === null ? null : String(run.decisionSeq),
    codeVersion: run.codeVersion,
    inputDigest: run.inputDigest,
    resultDigest: run.resultDigest,
    ruleSetHash: run.ruleSetHash,
    finishedAt: instant(run.finishedAtMs) ?? '',
  };
}
