// Which tests need servers. Decided by what a test imports, so that a new file lands in the right suite by itself.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface TestFiles {
  /** Pure: no server, no browser, no child process. */
  readonly unit: readonly string[];
  /** Against PostgreSQL, emulators, mailbox, S3, the browser. */
  readonly services: readonly string[];
  /** Whole workflows on a Temporal server; each starts a stack of its own. */
  readonly workflows: readonly string[];
  readonly faults: readonly string[];
}

const NEEDS_TEMPORAL = /local\/(stack|temporal-server)\.ts|local-recon\.ts|startTemporalServer/;
const NEEDS_SERVICES =
  /local\/(postgres|mailbox|moto)\.ts|database-for-tests|engine-for-tests|start-(?:stripe|paypal|square)-emulator|emulator-for-tests|node:child_process|processes-for-tests|playwright|node:http'|from 'pg'/;

export function testFiles(): TestFiles {
  const all = globSync('**/*.test.ts', { exclude: (name) => name === 'node_modules' || name === '.recon' }).sort();
  const faults = all.filter((file) => file.startsWith('faults/'));
  const rest = all.filter((file) => !file.startsWith('faults/') && !file.startsWith('local/'));
  const needs = (file: string, pattern: RegExp) => pattern.test(textWithSupport(file));
  const workflows = rest.filter((file) => needs(file, NEEDS_TEMPORAL));
  const services = rest.filter((file) => !workflows.includes(file) && needs(file, NEEDS_SERVICES));
  const local = all.filter((file) => file.startsWith('local/'));
  return {
    unit: rest.filter((file) => !workflows.includes(file) && !services.includes(file)),
    services: [...services, ...local],
    workflows,
    faults,
  };
}

// What a test imports from support files counts as its own: a server may be started two files away.
const SUPPORT = /-for-tests\.ts$|(^|\/)faults\//;
const IMPORT = /from '(\.{1,2}\/[^']+\.ts)'/g;

function textWithSupport(file: string, seen = new Set<string>()): string {
  if (seen.has(file)) return '';
  seen.add(file);
  let text = readFileSync(file, 'utf8');
  for (const [, path = ''] of text.matchAll(IMPORT)) {
    const imported = join(dirname(file), path);
    if (SUPPORT.test(imported)) text += textWithSupport(imported, seen);
  }
  return text;
}
