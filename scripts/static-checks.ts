// The checks that read the code without running it.
import type { Steps } from './steps.ts';

const FOLDERS = [
  'domain',
  'sql',
  'workflows',
  'activities',
  'worker',
  'client',
  'local',
  'sandbox',
  'bench',
  'scripts',
];

export function staticChecks(steps: Steps): void {
  steps.tool('format and lint (biome)', 'biome', 'check', '.');
  steps.tool('types (tsc)', 'tsc');
  steps.tool('import directions (dependency-cruiser)', 'depcruise', ...FOLDERS);
  steps.tool('dead code (knip)', 'knip', '--no-config-hints');
}
