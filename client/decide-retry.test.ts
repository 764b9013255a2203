import { expect, test } from '@jest/globals';
import { decideRetry } from './decide-retry.ts';
import { parseRunReference } from './run-reference.ts';
import { runForTests } from './runs-for-tests.ts';
import { UsageError } from './usage-error.ts';

const latest = parseRunReference('stripe/us/2026-01-31');
const first = parseRunReference('stripe/us/2026-01-31#1');
const failed = runForTests({ status: 'failed', outcome: null, error: 'the key was rejected' });

test('a failed run starts again, and says why it failed', () => {
  expect(decideRetry(latest, [failed], 'FAILED')).toEqual({
    action: 'start',
    why: 'stripe/us/2026-01-31#1 failed: the key was rejected',
  });
});

test('cancelled and inconclusive runs start again', () => {
  const cancelled = runForTests({ status: 'cancelled', outcome: null });
  expect(decideRetry(first, [cancelled], 'CANCELLED').action).toBe('start');
  expect(decideRetry(latest, [runForTests({ outcome: 'inconclusive' })], 'COMPLETED').action).toBe('start');
});

test('while its workflow runs there is nothing to do, whatever the last run said', () => {
  expect(decideRetry(latest, [failed], 'RUNNING').action).toBe('none');
  expect(decideRetry(latest, [], 'RUNNING').action).toBe('none');
});

test('a run that says running without a workflow starts again', () => {
  const orphan = runForTests({ status: 'running', outcome: null });
  expect(decideRetry(latest, [orphan], 'TERMINATED').action).toBe('start');
  expect(decideRetry(latest, [orphan], undefined).action).toBe('start');
});

test('a workflow that ended before its run was recorded starts again', () => {
  expect(decideRetry(latest, [], 'FAILED').action).toBe('start');
});

test('a conclusive run is not retried: the message names the command that runs the day again', () => {
  expect(() => decideRetry(latest, [runForTests({ outcome: 'differences' })], 'COMPLETED')).toThrow(
    /run --account stripe\/us --date 2026-01-31/,
  );
});

test('only the latest run of a day can be retried', () => {
  const second = runForTests({ runNumber: 2 });
  expect(() => decideRetry(first, [second, failed], 'COMPLETED')).toThrow('stripe/us/2026-01-31#2 is (clean)');
});

test('a run that there is not is a usage error, with what to do', () => {
  expect(() => decideRetry(first, [], undefined)).toThrow(UsageError);
  expect(() => decideRetry(parseRunReference('stripe/us/2026-01-31#9'), [failed], undefined)).toThrow(
    'the latest of that day is stripe/us/2026-01-31#1',
  );
});
