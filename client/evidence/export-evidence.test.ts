import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evidenceKey } from '../../activities/evidence/evidence-files.ts';
import { openEvidenceStore } from '../../activities/evidence/evidence-store.ts';
import { contents, writePackageFolder } from '../../activities/evidence/packages-for-tests.ts';
import { recon } from '../cli-processes-for-tests.ts';
import { UsageError } from '../usage-error.ts';
import { exportEvidence } from './export-evidence.ts';

const RUN = { account: 'stripe/us', date: '2026-01-31', number: 1 };

let root: string;
let manifestSha256: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'recon-export-test-'));
  manifestSha256 = await writePackageFolder(join(root, 'package'), contents());
  await cp(join(root, 'package'), stored('whole'), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const stored = (store: string) => join(root, store, evidenceKey(RUN, manifestSha256));
const storeAt = (store: string) => openEvidenceStore(join(root, store), { retentionDays: 1, nowMs: Date.now });
const seal = () => ({ manifestSha256, location: 'anywhere' });

test('fetches the whole package into a folder of its own, and verifies what arrived', async () => {
  const out = join(root, 'made', 'for', 'it');
  const { verdict } = await exportEvidence(storeAt('whole'), RUN, seal(), out);
  expect(verdict).toMatchObject({ verdict: 'intact', manifestSha256 });
  expect((await readdir(out)).sort()).toEqual((await readdir(stored('whole'))).sort());
  expect(await readdir(join(root, 'made', 'for'))).toEqual(['it']);
});

test('nothing that is there is written over', async () => {
  const out = join(root, 'taken');
  await mkdir(out);
  await writeFile(join(out, 'mine'), 'x');
  await expect(exportEvidence(storeAt('whole'), RUN, seal(), out)).rejects.toThrow(UsageError);
  await expect(exportEvidence(storeAt('whole'), RUN, seal(), join(out, 'mine'))).rejects.toThrow(UsageError);
  expect(await readFile(join(out, 'mine'), 'utf8')).toBe('x');
});

test('what was replaced or removed in the store is named', async () => {
  await cp(stored('whole'), stored('bad'), { recursive: true });
  await writeFile(join(stored('bad'), 'decisions.json'), '{"decisions":[1]}');
  await rm(join(stored('bad'), 'history.json'));
  const { verdict } = await exportEvidence(storeAt('bad'), RUN, seal(), join(root, 'bad-out'));
  expect(verdict).toMatchObject({
    verdict: 'broken',
    faults: [{ file: 'decisions.json' }, { file: 'history.json', problem: 'is missing' }],
  });
});

test('another whole package in its place is not the one that was sealed', async () => {
  const others = { ...contents(), 'decisions.json': '{"decisions":[2]}' };
  await writePackageFolder(stored('other'), others);
  const { verdict } = await exportEvidence(storeAt('other'), RUN, seal(), join(root, 'other-out'));
  expect(verdict).toMatchObject({ verdict: 'broken', faults: [{ file: 'manifest.json' }] });
});

test('a package that is not in the store cannot be verified, and is not called intact', async () => {
  const { verdict } = await exportEvidence(storeAt('empty'), RUN, seal(), join(root, 'empty-out'));
  expect(verdict).toMatchObject({ verdict: 'cannot', faults: [{ file: 'manifest.json' }] });
});

describe('recon evidence verify, without any configuration', () => {
  const verify = (folder: string, ...more: string[]) => recon(['evidence', 'verify', folder, ...more]);

  test('exits with 0 where all is as it was sealed, and says what to compare', async () => {
    const { code, stdout, stderr } = await verify(join(root, 'package'));
    expect(stderr).toContain('compare the SHA-256 of the manifest with the audit log');
    expect(stdout).toContain(`intact  stripe/us/2026-01-31#1 in ${join(root, 'package')}: 8 files`);
    expect(stdout).toContain(manifestSha256);
    expect(code).toBe(0);
  });

  test('exits with 1 and names the first bad file first', async () => {
    await cp(join(root, 'package'), join(root, 'tampered'), { recursive: true });
    await writeFile(join(root, 'tampered', 'report.json'), '{}');
    const { code, stdout } = await verify(join(root, 'tampered'));
    expect(stdout.split('\n')[1]).toMatch(/^ {2}report\.json: was replaced/);
    expect(code).toBe(1);
    const other = await verify(join(root, 'package'), '--manifest-sha256', 'a'.repeat(64), '--json');
    expect([other.code, JSON.parse(other.stdout)]).toMatchObject([1, { faults: [{ file: 'manifest.json' }] }]);
  });

  test('exits with 3 where it cannot be told, and with 2 where the digest is none', async () => {
    expect((await verify(join(root, 'nowhere'))).code).toBe(3);
    expect((await verify(join(root, 'package'), '--manifest-sha256', 'abc')).code).toBe(2);
  });
});
