import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { canonicalJson } from '../../domain/rule-set.ts';
import { manifestDigestText } from './evidence-files.ts';
import { auditLines, contents, manifestOf, RESULT, sha256, writePackageFolder } from './packages-for-tests.ts';
import { verifyPackage } from './verify-package.ts';

let root: string;
let folder: string;
let manifestSha256: string;
let packages = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'recon-verify-test-'));
});
beforeEach(async () => {
  packages += 1;
  folder = join(root, String(packages));
  manifestSha256 = await writePackageFolder(folder, contents());
});
afterAll(() => rm(root, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);

test('a package as it was sealed is intact', async () => {
  expect(await verifyPackage(folder)).toMatchObject({ verdict: 'intact', manifestSha256, faults: [] });
  expect(await verifyPackage(folder, manifestSha256)).toMatchObject({ verdict: 'intact' });
});

test.each(Object.keys(contents()))('%s that was replaced is named, even by one of the same size', async (name) => {
  const text = await readFile(path(name), 'utf8');
  await writeFile(path(name), `${text.slice(0, -1)}!`);
  expect(await verifyPackage(folder)).toMatchObject({
    verdict: 'broken',
    faults: [{ file: name, problem: 'was replaced: its SHA-256 is another than the sealed one' }],
  });
});

test('a file of another size, a missing and an added one are named, in the order of their names', async () => {
  await appendFile(path('audit.ndjson'), 'x');
  await unlink(path('decisions.json'));
  await writeFile(path('added.txt'), 'x');
  expect(await verifyPackage(folder)).toMatchObject({
    verdict: 'broken',
    faults: [
      { file: 'audit.ndjson', problem: expect.stringMatching(/^was replaced: \d+ bytes, \d+ were sealed$/) },
      { file: 'decisions.json', problem: 'is missing' },
      { file: 'added.txt', problem: 'is not in the manifest' },
    ],
  });
});

test('a manifest that was changed is named before anything it says', async () => {
  const text = await readFile(path('manifest.json'), 'utf8');
  await writeFile(path('manifest.json'), text.replace('"outcome":"clean"', '"outcome":"differences"'));
  expect(await verifyPackage(folder)).toMatchObject({
    verdict: 'broken',
    faults: [{ file: 'manifest.json', problem: 'was changed: manifest.json.sha256 names another one' }],
  });
});

test('a manifest that was changed together with its digest is found out by the digest that the audit log has', async () => {
  const changed = (await readFile(path('manifest.json'), 'utf8')).replace(
    '"outcome":"clean"',
    '"outcome":"differences"',
  );
  await writeFile(path('manifest.json'), changed);
  await writeFile(path('manifest.json.sha256'), manifestDigestText(sha256(changed)));
  expect(await verifyPackage(folder, manifestSha256)).toMatchObject({
    verdict: 'broken',
    faults: [{ file: 'manifest.json', problem: 'was changed: its SHA-256 is not the one that was given' }],
  });
});

test.each([
  ['white space', (text: string) => `${text}\n`],
  ['another order', (text: string) => text.replace('{"audit"', '{"history":"archived","audit"')],
])('a manifest with %s is not as it was sealed', async (_what, change) => {
  const changed = change(await readFile(path('manifest.json'), 'utf8'));
  await writeFile(path('manifest.json'), changed);
  await writeFile(path('manifest.json.sha256'), manifestDigestText(sha256(changed)));
  const { verdict, faults } = await verifyPackage(folder);
  expect([verdict, faults[0]?.file]).toEqual(['broken', 'manifest.json']);
});

test('without the digest of its manifest a package is not whole', async () => {
  await unlink(path('manifest.json.sha256'));
  expect(await verifyPackage(folder)).toMatchObject({ verdict: 'broken', faults: [{ file: 'manifest.json.sha256' }] });
});

const OTHER_RESULT = RESULT.replace('clean', 'other');
const rows = contents()['audit.ndjson']?.split('\n').slice(0, -1) ?? [];

test.each([
  ['result.json', 'its SHA-256 is not the result digest', { 'result.json': OTHER_RESULT }],
  ['rules.json', 'its SHA-256 is not the rule set hash', { 'rules.json': '{"groups":false}' }],
  ['report.json', 'the result that it reports is not', { 'report.json': `"result":${OTHER_RESULT},\n` }],
  ['report.json', 'it reports no result', { 'report.json': '{}' }],
  ['completeness.json', 'is not a completeness sheet', { 'completeness.json': '{}' }],
  [
    'completeness.json',
    'is about another run',
    { 'completeness.json': (contents()['completeness.json'] ?? '').replace('"number":1', '"number":2') },
  ],
  ['report.html', 'is not the file that the audit log says', { 'report.html': '<!doctype html>another' }],
  [
    'audit.ndjson',
    'row 2 of chain stripe/us: its hash is not',
    { 'audit.ndjson': `${rows[0]}\n${rows[1]?.replace('run_completed', 'run_confirmed')}\n${rows[2]}\n` },
  ],
  ['audit.ndjson', 'it follows row 1: rows are missing', { 'audit.ndjson': `${rows[0]}\n${rows[2]}\n` }],
  ['audit.ndjson', 'it does not begin or end where', { 'audit.ndjson': `${rows[1]}\n${rows[2]}\n` }],
  ['audit.ndjson', 'the last line is cut off', { 'audit.ndjson': rows.join('\n') }],
  [
    'audit.ndjson',
    'row 2 of chain stripe/us: it does not continue the row before it',
    { 'audit.ndjson': `${auditLines([{ key: 'x', data: {} }])[0]}\n${rows[1]}\n` },
  ],
  [
    'audit.ndjson',
    'the log says that the run decided another result',
    {
      'audit.ndjson': `${auditLines([{ key: 'run/2026-01-31#1/completed', data: { resultDigest: sha256(OTHER_RESULT) } }])[0]}\n`,
    },
  ],
])('a package made anew around another %s is found out: %s', async (file, problem, changed) => {
  const files = { ...contents(), ...changed };
  await writePackageFolder(folder, files);
  const { verdict, faults } = await verifyPackage(folder);
  expect([verdict, faults[0]]).toEqual(['broken', { file, problem: expect.stringContaining(problem) }]);
});

test('a run without a result has a package without one', async () => {
  const { 'result.json': _result, 'rules.json': _rules, 'report.json': _report, ...files } = contents();
  const failed = { ...files, 'audit.ndjson': '' };
  const manifest = manifestOf(failed);
  const run = { ...manifest.run, status: 'failed' as const, outcome: null, resultDigest: null, ruleSetHash: null };
  const sheet = canonicalJson({
    run: { account: run.account, date: run.date, number: run.number, runId: run.runId, status: run.status },
    versions: { code: run.codeVersion, rules: null, inputDigest: run.inputDigest, resultDigest: null },
  });
  const whole = { ...failed, 'completeness.json': sheet };
  const audit = { chain: run.account, epoch: null, fromSeq: null, toSeq: null, head: null };
  const other = join(root, 'failed');
  await writePackageFolder(other, whole, { ...manifestOf(whole), run, reports: 'none', audit });
  expect(await verifyPackage(other)).toMatchObject({ verdict: 'intact' });
});

test('what cannot be told is not called broken: no folder, no manifest, a format of later days', async () => {
  expect(await verifyPackage(join(root, 'nowhere'))).toMatchObject({ verdict: 'cannot', faults: [{ file: '.' }] });
  const text = await readFile(path('manifest.json'), 'utf8');
  await writeFile(path('manifest.json'), text.replace('recon-evidence/1', 'recon-evidence/2'));
  expect(await verifyPackage(folder)).toMatchObject({
    verdict: 'cannot',
    faults: [{ file: 'manifest.json', problem: expect.stringContaining('"recon-evidence/2"') }],
  });
  await unlink(path('manifest.json'));
  expect(await verifyPackage(folder)).toMatchObject({ verdict: 'cannot', faults: [{ file: 'manifest.json' }] });
});

test('a manifest cannot lead out of its folder, and what is no plain file is not opened', async () => {
  const text = await readFile(path('manifest.json'), 'utf8');
  await writeFile(path('manifest.json'), text.replace('"rules.json"', '"../rules.json"'));
  expect(await verifyPackage(folder)).toMatchObject({ verdict: 'broken', faults: [{ file: 'manifest.json' }] });
  await writeFile(path('manifest.json'), text);
  await unlink(path('rules.json'));
  await symlink(path('result.json'), path('rules.json'));
  expect(await verifyPackage(folder)).toMatchObject({
    verdict: 'broken',
    faults: [{ file: 'rules.json', problem: 'is not a plain file' }],
  });
  await unlink(path('rules.json'));
  await mkdir(path('rules.json'));
  expect(await verifyPackage(folder)).toMatchObject({ verdict: 'broken', faults: [{ file: 'rules.json' }] });
});
