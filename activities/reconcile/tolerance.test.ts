// What a run tolerates is added up per currency, and said where it adds up or points one way. And amounts that are off by a factor.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { internal, LONG_AFTER, processor, rules, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const CENTS = { tolerance: { USD: { absolute: '5.00' }, JPY: { absolute: '500' } } };

/** Pairs whose amounts differ by so much, each as the processor says it. */
const off = (deltas: readonly number[], currency = 'USD') =>
  deltas.flatMap((delta, n) => [
    processor(
      `ch_${currency}_${n}`,
      `payment ${currency === 'JPY' ? 1_000 + delta : (100 + delta / 100).toFixed(2)} ${currency}`,
    ),
    internal(`o_${currency}_${n}`, `payment ${currency === 'JPY' ? '1000' : '100.00'} ${currency}`, {
      names: `ch_${currency}_${n}`,
    }),
  ]);

async function drifts(runId: string): Promise<string[]> {
  const found = await started().engine.database.any(sql.type(z.object({ passed: z.boolean(), detail: z.string() }))`
    select passed, detail from data_quality_checks
    where run_id = ${BigInt(runId)} and name = 'tolerance_drift' order by check_id`);
  return found.map(({ passed, detail }) => `${passed ? 'passed' : 'failed'}: ${detail}`);
}

async function driftOf(rows: ReturnType<typeof off>, given: object = CENTS): Promise<string[]> {
  const account = newAccount();
  const run = await runOf(account, rows, { asOf: LONG_AFTER, rules: rules(given) });
  expect(run.outcome).toBe('clean');
  return drifts(run.runId);
}

const times = (count: number, delta: number) => Array.from({ length: count }, () => delta);
const CAUSE = ': look for one cause, such as a fee or a rounding, before you accept them';

test('what a run tolerates is summed per currency; nothing tolerated says nothing', async () => {
  expect(await driftOf([...off([-3, 5, 1]), ...off([7, -7], 'JPY')])).toEqual([
    'passed: 2 matches in JPY within tolerance, together no difference',
    'passed: 3 matches in USD within tolerance, together 0.03 USD more at the processor than in your records',
  ]);
  expect(await driftOf(off([0, 0]))).toEqual([]);
});

test('a sum beyond a thousand of the smallest unit is a failed check, a sum of as much is none', async () => {
  expect(await driftOf([...off([-500, -500]), ...off([500, 500, 1], 'JPY')])).toEqual([
    `failed: 3 matches in JPY within tolerance, together 1001 JPY more at the processor than in your records; the rules allow 1000 JPY a run${CAUSE}`,
    'passed: 2 matches in USD within tolerance, together 10.00 USD less at the processor than in your records',
  ]);
});

test('the rules may set the limit of a currency', async () => {
  const given = { ...CENTS, toleranceAlarm: { USD: '0.01' } };
  expect(await driftOf(off([-1, -1]), given)).toEqual([
    `failed: 2 matches in USD within tolerance, together 0.02 USD less at the processor than in your records; the rules allow 0.01 USD a run${CAUSE}`,
  ]);
  expect(await driftOf(off([-1]), given)).toEqual([
    'passed: 1 match in USD within tolerance, together 0.01 USD less at the processor than in your records',
  ]);
});

test('nine in ten of twenty or more that point one way are a failed check, however little they add up to', async () => {
  expect(await driftOf(off([...times(18, 1), -9, -9]))).toEqual([
    `failed: 20 matches in USD within tolerance, together no difference; 18 of them say that the processor has more${CAUSE}`,
  ]);
  expect(await driftOf(off([...times(2, 1), ...times(17, -1)]))).toEqual([expect.stringMatching(/^passed: 19 /)]);
  expect(await driftOf(off([...times(3, 1), ...times(17, -1)]))).toEqual([expect.stringMatching(/^passed: 20 /)]);
  expect(await driftOf(off(times(19, -1)))).toEqual([expect.stringMatching(/^passed: 19 /)]);
});

test('a run says only what it decided itself; a re-run decides again', async () => {
  const account = newAccount();
  const given = { asOf: LONG_AFTER, rules: rules(CENTS) };
  await runOf(account, off([1, 1]), given);
  const next = await runOf(account, [], { ...given, date: '2026-02-01' });
  const again = await runOf(account, [], given);
  expect(await drifts(next.runId)).toEqual([]);
  expect(await drifts(again.runId)).toEqual([expect.stringMatching(/^passed: 2 matches/)]);
});

test.each([
  ['500 JPY', '50000 JPY', "ours is 100 times the processor's: minor units?"],
  ['5.00 USD', '5000.00 USD', "ours is 1000 times the processor's: minor units?"],
  ['-50000 JPY', '-500 JPY', "the processor's is 100 times ours: minor units?"],
  ['500 JPY', '49999 JPY', 'pair by processor_id'],
  ['0.00 USD', '5.00 USD', 'pair by processor_id'],
])('%s for our %s: %s', async (theirs, ours, reason) => {
  const account = newAccount();
  const kind = theirs.startsWith('-') ? 'refund' : 'payment';
  await runOf(
    account,
    [processor('ch_1', `${kind} ${theirs}`), internal('o_1', `${kind} ${ours}`, { names: 'ch_1' })],
    {
      asOf: LONG_AFTER,
    },
  );
  expect(
    await started().engine.database.anyFirst(sql.type(z.object({ reason: z.string() }))`
      select reason from discrepancies where account = ${account.account}`),
  ).toEqual([reason]);
});
