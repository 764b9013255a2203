// Decides whether the files of a package agree with each other and with its manifest, beyond their own hashes: so that a package
// that somebody made anew around a changed file is found out. Reads files only.
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { auditedRows, auditSliceProblem } from './audit-slice.ts';
import { EVIDENCE_FILES, reportFiles } from './evidence-files.ts';
import type { Manifest } from './manifest.ts';

interface Contradiction {
  readonly file: string;
  readonly problem: string;
}

export async function packageContradictions(folder: string, manifest: Manifest): Promise<Contradiction[]> {
  const checks = [resultContradiction, rulesContradiction, sheetContradiction, reportContradiction, auditContradiction];
  const found: Contradiction[] = [];
  for (const check of checks) {
    const contradiction = await check(folder, manifest);
    if (contradiction !== null) found.push(contradiction);
  }
  return found;
}

type Check = (folder: string, manifest: Manifest) => Promise<Contradiction | null>;

const has = (manifest: Manifest, file: string) => manifest.files.some(({ name }) => name === file);

const resultContradiction: Check = async (folder, manifest) => {
  const { resultDigest } = manifest.run;
  return digestContradiction(folder, manifest, EVIDENCE_FILES.result, resultDigest, 'the result digest of the run');
};

const rulesContradiction: Check = async (folder, manifest) =>
  digestContradiction(folder, manifest, EVIDENCE_FILES.rules, manifest.run.ruleSetHash, 'the rule set hash of the run');

async function digestContradiction(
  folder: string,
  manifest: Manifest,
  file: string,
  digest: string | null,
  what: string,
): Promise<Contradiction | null> {
  if (digest === null) return has(manifest, file) ? { file, problem: 'belongs to a run that has none' } : null;
  if (!has(manifest, file)) return { file, problem: 'is missing from the manifest' };
  const sha256 = await sha256Of(join(folder, file));
  return sha256 === digest ? null : { file, problem: `its SHA-256 is not ${what}` };
}

const sheetSchema = z.object({
  run: z.object({ account: z.string(), date: z.string(), number: z.number(), runId: z.string(), status: z.string() }),
  versions: z.object({
    code: z.string().nullable(),
    rules: z.string().nullable(),
    inputDigest: z.string().nullable(),
    resultDigest: z.string().nullable(),
  }),
});

const sheetContradiction: Check = async (folder, { run }) => {
  const file = EVIDENCE_FILES.completeness;
  const sheet = sheetSchema.safeParse(await readJson(join(folder, file))).data;
  if (sheet === undefined) return { file, problem: 'is not a completeness sheet' };
  const { versions } = sheet;
  const told = [sheet.run.account, sheet.run.date, sheet.run.number, sheet.run.runId, sheet.run.status];
  const toldVersions = [versions.code, versions.rules, versions.inputDigest, versions.resultDigest];
  const meant = [run.account, run.date, run.number, run.runId, run.status];
  const meantVersions = [run.codeVersion, run.ruleSetHash, run.inputDigest, run.resultDigest];
  const agrees = [...told, ...toldVersions].every((value, index) => value === [...meant, ...meantVersions][index]);
  return agrees ? null : { file, problem: 'is about another run than the manifest' };
};

const RESULT_LINE = '"result":';

/** The canonical result stands in the JSON report on a line of its own, byte for byte. */
const reportContradiction: Check = async (folder, manifest) => {
  const json = reportFiles().find(([format]) => format === 'json')?.[1] ?? '';
  if (!has(manifest, json)) {
    return manifest.reports === 'copied' ? { file: json, problem: 'is missing from the manifest' } : null;
  }
  const lines = createInterface({
    input: createReadStream(join(folder, json)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (!line.startsWith(RESULT_LINE)) continue;
    const digest = hash('sha256', line.slice(RESULT_LINE.length).replace(/,$/, ''), 'hex');
    if (digest === manifest.run.resultDigest) return null;
    return { file: json, problem: 'the result that it reports is not the one that was decided' };
  }
  return { file: json, problem: 'it reports no result' };
};

const auditContradiction: Check = async (folder, manifest) => {
  const file = EVIDENCE_FILES.audit;
  const { audit, run } = manifest;
  if (audit === null) return has(manifest, file) ? { file, problem: 'is not anchored in the manifest' } : null;
  if (!has(manifest, file)) return { file, problem: 'is missing from the manifest' };
  const text = await readFile(join(folder, file), 'utf8');
  const problem = auditSliceProblem(text, audit);
  if (problem !== null) return { file, problem };
  const prefix = `run/${run.date}#${run.number}/`;
  const own = auditedRows(text).filter(({ key }) => key.startsWith(prefix));
  const completed = own.find(({ key }) => key === `${prefix}completed`);
  if (completed !== undefined && completed.data.resultDigest !== run.resultDigest) {
    return { file, problem: 'the log says that the run decided another result' };
  }
  return reportedContradiction(own, manifest);
};

/** Each file of the report is one that the log says was written. */
function reportedContradiction(own: ReturnType<typeof auditedRows>, manifest: Manifest): Contradiction | null {
  const written = own.filter(({ data }) => data.event === 'report_written').map(({ data }) => data.files);
  if (written.length === 0) return null;
  const digests = new Set(
    written.flatMap((files) => Object.values(z.record(z.string(), z.string()).parse(files ?? {}))),
  );
  const reports = new Set(reportFiles().map(([, name]) => name));
  const foreign = manifest.files.find(({ name, sha256 }) => reports.has(name) && !digests.has(sha256));
  return foreign === undefined
    ? null
    : { file: foreign.name, problem: 'is not the file that the audit log says was published' };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest('hex');
}
