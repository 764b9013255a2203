// What runs in Temporal's sandbox: the workflows and the SDK, nothing else. A library that crept in would crash workers at
// their start, or be paid for in every cached workflow.
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { beforeAll, expect, test } from '@jest/globals';
import { BUNDLE_FOLDER } from '../faults/bundle-folder.ts';
import { workflowBundle } from '../worker/run-worker.ts';

/** What the SDK itself brings along. */
const PACKAGES = ['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc'];
// The SDK makes 550 kB of it; zod alone would add 180 kB.
const CODE_BYTES_MAX = 600_000;

let code = '';
let modules: string[] = [];
beforeAll(async () => {
  const text = await readFile(await workflowBundle(BUNDLE_FOLDER), 'utf8');
  code = text.slice(0, text.lastIndexOf('//# sourceMappingURL='));
  modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name = '']) => name);
});

test('the bundle holds the SDK and the workflows, and no other package', () => {
  const packages = modules.flatMap((name) => /^\.\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? []);
  expect([...new Set(packages)].sort()).toEqual(PACKAGES);
});

test('every file of ours in it stands in workflows/, where a change makes a new bundle', () => {
  // Modules named by a question mark are empty: what the SDK asks for and nobody has configured.
  const ours = modules.filter((name) => !name.startsWith('./node_modules/') && !name.startsWith('?'));
  expect(ours).toContain('./workflows/reconcile-account-day.ts');
  expect(ours.filter((name) => !name.startsWith('./workflows/'))).toEqual([]);
});

test('nothing in it asks for a module of Node', () => {
  const asked = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = '']) => name);
  expect(asked.filter((name) => isBuiltin(name))).toEqual([]);
  expect(modules.filter((name) => isBuiltin(name))).toEqual([]);
});

test(`it is smaller than ${CODE_BYTES_MAX / 1_000} kB`, () => {
  expect(Buffer.byteLength(code)).toBeLessThan(CODE_BYTES_MAX);
});
