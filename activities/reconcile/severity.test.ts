// How severe a difference is, is decided by the first line of the rules that holds, and said with it.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import {
  internal,
  LONG_AFTER,
  processor,
  rules,
  runOf,
  type SituationRow,
  situationsForTests,
} from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const row = z.object({ id: z.string(), severity: z.string(), why: z.string() });

async function severitiesOf(account: ReturnType<typeof newAccount>): Promise<string[]> {
  const found = await started().engine.database.any(sql.type(row)`
    select anchor_external_id as id, severity, severity_reason as why from discrepancies
    where account = ${account.account} and state <> 'closed' order by anchor_external_id`);
  return found.map(({ id, severity, why }) => `${id} ${severity}: ${why}`);
}

const missing = (id: string, what: string) => processor(id, what);
const agreed = (id: string, what: string): SituationRow[] => [
  processor(id, what),
  internal(`o_${id}`, what, { names: id }),
];
const run = async (rows: readonly SituationRow[], severity: readonly unknown[]) => {
  const account = newAccount();
  await runOf(account, rows, { asOf: LONG_AFTER, rules: rules({ severity }) });
  return severitiesOf(account);
};

test('a share of the day is a share of what moved in its currency, on the side with more', async () => {
  const rows = [
    ...agreed('ch_1', 'payment 980.00 USD'),
    missing('ch_2', 'payment 10.00 USD'),
    missing('ch_3', 'refund -9.99 USD'),
    // 0.01 % of a day in dollars, and all of the day in euros.
    missing('ch_4', 'payment 0.10 EUR'),
    internal('o_5', 'payment 0.01 USD'),
  ];
  expect(await run(rows, [{ high: { shareOfDay: '0.01' } }, 'low'])).toEqual([
    'ch_2 high: 1 % of its day or more',
    'ch_3 low: everything else',
    'ch_4 high: 1 % of its day or more',
    'o_5 low: everything else',
  ]);
});

test('what is repeated counts what is open of its verdict, kind and currency', async () => {
  const rows = [
    ...['ch_1', 'ch_2', 'ch_3'].map((id) => missing(id, 'payment 1.00 USD')),
    ...['ch_4', 'ch_5'].map((id) => missing(id, 'refund -1.00 USD')),
    ...['ch_6', 'ch_7'].map((id) => missing(id, 'payment 1.00 EUR')),
    internal('o_8', 'payment 1.10 USD'),
  ];
  const found = await run(rows, [{ critical: { repeated: 3, verdict: ['missing_internal'] } }, 'low']);
  expect(found.filter((line) => line.includes('critical'))).toEqual(
    ['ch_1', 'ch_2', 'ch_3'].map((id) => `${id} critical: Missing in your records, and 3 or more like it open`),
  );
  expect(found).toHaveLength(8);
});

test('when rules change, a difference says the line that holds now, and nothing is opened again', async () => {
  const account = newAccount();
  const rows = [missing('ch_1', 'payment 60.00 USD')];
  await runOf(account, rows, { asOf: LONG_AFTER });
  expect(await severitiesOf(account)).toEqual(['ch_1 medium: 50.00 or more at risk, in any currency']);
  const severity = [{ medium: { kind: ['payment'] } }, 'low'];
  await runOf(account, rows, { asOf: LONG_AFTER, rules: rules({ severity }) });
  expect(await severitiesOf(account)).toEqual(['ch_1 medium: Payment']);
  const events = await started().engine.database.anyFirst(sql.type(z.object({ event: z.string() }))`
    select e.event from discrepancy_events e join discrepancies d using (discrepancy_id) where d.account = ${account.account}`);
  expect(events).toEqual(['opened']);
});
