import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { PRODUCTION_POLICY, type ReconcileInput } from '../../workflows/contracts.ts';
import { startCommand } from './temporal-command.ts';

const where = { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'recon' };

/** The words as a shell hands them to a program. */
function wordsOf(command: string): string[] {
  const printed = execFileSync('sh', ['-c', `set -- ${command}\nfor word; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  });
  return printed.split('\0').slice(0, -1);
}

test('a shell reads the command as it is meant, whatever the reason says', () => {
  const input: ReconcileInput = {
    account: 'stripe/us',
    date: '2026-01-31',
    trigger: 'retry',
    reason: 'it\'s "late"; $(rm -rf /) `x` \\ & | *',
    policy: PRODUCTION_POLICY,
  };
  const words = wordsOf(startCommand(where, input));
  expect(words.slice(0, 3)).toEqual(['temporal', 'workflow', 'start']);
  expect(JSON.parse(words[words.indexOf('--input') + 1] ?? '')).toEqual(input);
  expect(words[words.indexOf('--workflow-id') + 1]).toBe('reconcile/stripe/us/2026-01-31');
  expect(words).toContain('ReconAccount="stripe/us"');
});
