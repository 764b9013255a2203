// Makes small evidence packages in folders, as sealing does, for tests of verifying. Never imported by the product.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_GENESIS, auditBodySha256, auditRowHash } from '../../domain/audit-hash.ts';
import { canonicalJson } from '../../domain/rule-set.ts';
import { MANIFEST_DIGEST_FILE, MANIFEST_FILE, manifestDigestText } from './evidence-files.ts';
import { MANIFEST_FORMAT, type Manifest, manifestText } from './manifest.ts';

export const RESULT = '{"outcome":"clean","version":1}';
const RULES = '{"groups":true}';
const CHAIN = 'stripe/us';

export const sha256 = (text: string) => hash('sha256', text, 'hex');

/** Rows of a chain, from number 1; each continues the one before it. */
export function auditLines(bodies: readonly object[]): string[] {
  let prevHash = AUDIT_GENESIS;
  return bodies.map((body, index) => {
    const text = canonicalJson(body);
    const seq = BigInt(index + 1);
    const rowHash = auditRowHash({ chain: CHAIN, epoch: 1, seq, prevHash }, auditBodySha256(text));
    const line = canonicalJson({ chain: CHAIN, epoch: 1, seq, body: text, prevHash, hash: rowHash });
    prevHash = rowHash;
    return line;
  });
}

export const REPORT_JSON = `{"checks":[],"discrepancies":[\n],\n"result":${RESULT},\n"resultDigest":"x"}`;

const COMPLETED = [
  { key: 'run/2026-01-31#1/opened', data: { event: 'run_opened' } },
  { key: 'run/2026-01-31#1/completed', data: { event: 'run_completed', resultDigest: sha256(RESULT) } },
  { key: 'run/2026-01-31#1/report/1', data: { event: 'report_written', files: { json: sha256(REPORT_JSON) } } },
];

export type Contents = Readonly<Record<string, string>>;

/** What a package of stripe/us/2026-01-31#1 holds. */
export function contents(): Contents {
  return {
    'audit.ndjson': auditLines(COMPLETED)
      .map((line) => `${line}\n`)
      .join(''),
    'completeness.json': canonicalJson({
      run: { account: CHAIN, date: '2026-01-31', number: 1, runId: '17', status: 'completed' },
      versions: { code: 'test', rules: sha256(RULES), inputDigest: sha256('in'), resultDigest: sha256(RESULT) },
    }),
    'control-totals.json': '{"totals":[]}',
    'decisions.json': '{"decisions":[]}',
    'history.json': '{"executions":[]}',
    'report.json': REPORT_JSON,
    'result.json': RESULT,
    'rules.json': RULES,
  };
}

export function manifestOf(files: Contents): Manifest {
  const rows = (files['audit.ndjson'] ?? '').split('\n').filter((line) => line !== '');
  const last = JSON.parse(rows.at(-1) ?? '{"seq":null,"hash":null}') as { seq: string | null; hash: string | null };
  return {
    format: MANIFEST_FORMAT,
    run: {
      account: CHAIN,
      date: '2026-01-31',
      number: 1,
      runId: '17',
      status: 'completed',
      outcome: 'clean',
      decisionSeq: '1',
      codeVersion: 'test',
      inputDigest: sha256('in'),
      resultDigest: sha256(RESULT),
      ruleSetHash: sha256(RULES),
      finishedAt: '2026-02-01T04:10:00.000Z',
    },
    reports: 'copied',
    history: 'archived',
    audit: { chain: CHAIN, epoch: 1, fromSeq: '1', toSeq: last.seq, head: last.hash },
    files: Object.entries(files).map(([name, text]) => ({
      name,
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
    })),
  };
}

/** Answers with the digest of its manifest. */
export async function writePackageFolder(
  folder: string,
  files: Contents,
  manifest = manifestOf(files),
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const text = manifestText(manifest);
  await writeFile(join(folder, MANIFEST_FILE), text);
  await writeFile(join(folder, MANIFEST_DIGEST_FILE), manifestDigestText(sha256(text)));
  return sha256(text);
}
