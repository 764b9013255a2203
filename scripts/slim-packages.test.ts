import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const RELEASES = '@temporalio/core-bridge/releases';
const TARGETS = [
  'x86_64-unknown-linux-gnu',
  'aarch64-unknown-linux-gnu',
  'x86_64-apple-darwin',
  'aarch64-apple-darwin',
  'x86_64-pc-windows-msvc',
];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recon-packages-'));
  for (const file of ['a/index.js', 'a/index.d.ts', 'a/index.js.map', 'a/README.md', 'a/package.json', 'a/mail.eta']) {
    write(file);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), 'x');
}

function slim() {
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', 'scripts/slim-packages.ts', folder], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('leaves what is run, and the native library of this machine only', () => {
  for (const target of TARGETS) write(`${RELEASES}/${target}/index.node`);
  expect(slim()).toMatchObject({ status: 0 });
  const left = globSync('**/*.*', { cwd: folder, exclude: (name) => name.startsWith('@') }).sort();
  expect(left).toEqual(['a/index.js', 'a/mail.eta', 'a/package.json']);
  const natives = globSync(`${RELEASES}/*`, { cwd: folder });
  expect(natives).toHaveLength(1);
  expect(natives[0]).toContain(process.arch === 'arm64' ? 'aarch64' : 'x86_64');
});

test('refuses packages that cannot run here, rather than make an image of them', () => {
  write(`${RELEASES}/x86_64-pc-windows-msvc/index.node`);
  const { status, stderr } = slim();
  expect(status).toBe(1);
  expect(stderr).toContain('@temporalio/core-bridge brings nothing for');
});
