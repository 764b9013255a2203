// What `recon reports verify` says of files, as a process of its own and without any server.
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renderedJson, sampleReport, sampleRun } from '../../activities/report/reports-for-tests.ts';
import { recon } from '../cli-processes-for-tests.ts';

const RESULT = '{"version":1}';
const report = sampleReport({ run: sampleRun({ resultDigest: hash('sha256', RESULT, 'hex') }) });

let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-reports-test-'));
  file = join(folder, 'report.json');
  await writeFile(file, renderedJson(report, RESULT));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a whole file is intact: its run, each check, exit code 0', async () => {
  const { code, stdout, stderr } = await recon(['reports', 'verify', file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('the report of stripe/us/2026-01-31#2');
  expect(stdout).toMatch(/✓ count: 12 differences/);
  expect(stdout).toMatch(/^Intact: /m);
});

test('a file that lost a line is broken: each thing named, exit code 1', async () => {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const cut = join(folder, 'cut.json');
  await writeFile(cut, lines.toSpliced(2, 1).join('\n'));
  const { code, stdout } = await recon(['reports', 'verify', cut, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    intact: false,
    run: 'stripe/us/2026-01-31#2',
    checks: expect.arrayContaining([
      { name: 'count', passed: false, detail: '11 differences in the file, which says 12' },
    ]),
  });
});

test('what is no report cannot be verified, what is no file was typed wrong', async () => {
  const notes = join(folder, 'notes.txt');
  await writeFile(notes, 'hello');
  expect(await recon(['reports', 'verify', notes])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('is no file of a report'),
  });
  expect(await recon(['reports', 'verify', join(folder, 'none')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is no file'),
  });
});
