// Legs of a currency conversion: two rows that are one exchange, and the rate that they imply.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const LATER = { asOf: '2026-03-31T00:00:00Z' };

/** Live lines of conversions: row, verdict, rule and rate; a number for each group. */
async function legs(account: EngineAccount): Promise<string[]> {
  const rows = await started().engine.database.any(sql.type(z.object({ line: z.string() }))`
    select concat_ws(' ', t.external_id, m.verdict, 'by', m.rule, m.differences -> 'rate' ->> 0, m.differences -> 'rate' ->> 1,
             case when m.group_id is not null then '#' || dense_rank() over (order by m.group_id) end) as line
    from matches m join transaction_ids t on t.row_id = m.p_row_id join accounts a on a.account_id = m.account_id
    where a.account = ${account.account} and m.level = 'activity' and m.released_seq is null order by t.external_id`);
  return rows.map(({ line }) => line);
}

const leg = (id: string, what: string, details: Parameters<typeof processor>[2]) =>
  processor(id, `conversion ${what}`, details);

test('two legs that share a reference are one exchange, with its rate', async () => {
  const account = newAccount();
  const run = await runOf(
    account,
    [
      leg('x_1:EUR', '-100.00 EUR', { alsoKnownAs: ['x_1'] }),
      leg('x_1:USD', '108.45 USD', { alsoKnownAs: ['x_1'] }),
      leg('x_2:JPY', '-10000 JPY', { parent: 'ch_2' }),
      leg('x_3:USD', '66.00 USD', { parent: 'ch_2' }),
    ],
    LATER,
  );
  expect(run.outcome).toBe('clean');
  expect(await legs(account)).toEqual([
    'x_1:EUR matched by conversion EUR/USD 1.0845 #1',
    'x_1:USD matched by conversion EUR/USD 1.0845 #1',
    'x_2:JPY matched by conversion JPY/USD 0.0066 #2',
    'x_3:USD matched by conversion JPY/USD 0.0066 #2',
  ]);
});

test('a leg alone, two of one currency and two of one direction are no exchange', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      leg('a_1', '-100.00 EUR', { alsoKnownAs: ['a'] }),
      leg('b_1', '-100.00 EUR', { alsoKnownAs: ['b'] }),
      leg('b_2', '100.00 EUR', { alsoKnownAs: ['b'] }),
      leg('c_1', '-100.00 EUR', { alsoKnownAs: ['c'] }),
      leg('c_2', '-108.00 USD', { alsoKnownAs: ['c'] }),
    ],
    LATER,
  );
  expect(await legs(account)).toEqual(
    ['a_1', 'b_1', 'b_2', 'c_1', 'c_2'].map((id) => `${id} matched by no_partner_expected`),
  );
});

test('a leg that comes a day late finds the other one, once', async () => {
  const account = newAccount();
  const first = leg('x_1:EUR', '-100.00 EUR', { alsoKnownAs: ['x_1'] });
  const second = leg('x_1:USD', '108.45 USD', { alsoKnownAs: ['x_1'], at: '2026-02-01T00:10:00Z' });
  await runOf(account, [first], LATER);
  expect(await legs(account)).toEqual(['x_1:EUR matched by no_partner_expected']);
  await runOf(account, [second], { ...LATER, date: '2026-02-01' });
  const together = [
    'x_1:EUR matched_late by conversion EUR/USD 1.0845 #1',
    'x_1:USD matched_late by conversion EUR/USD 1.0845 #1',
  ];
  expect(await legs(account)).toEqual(together);
  const again = await runOf(account, [second], { ...LATER, date: '2026-02-01' });
  expect(again.outcome).toBe('clean');
  expect(await legs(account)).toEqual(together);
});

test('two exchanges of one payment stay two', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      leg('x_1:EUR', '-100.00 EUR', { alsoKnownAs: ['x_1'], parent: 'ch_1' }),
      leg('x_1:USD', '108.45 USD', { alsoKnownAs: ['x_1'], parent: 'ch_1' }),
      leg('x_2:EUR', '50.00 EUR', { alsoKnownAs: ['x_2'], parent: 'ch_1' }),
      leg('x_2:USD', '-54.00 USD', { alsoKnownAs: ['x_2'], parent: 'ch_1' }),
    ],
    LATER,
  );
  expect(await legs(account)).toEqual([
    'x_1:EUR matched by conversion EUR/USD 1.0845 #1',
    'x_1:USD matched by conversion EUR/USD 1.0845 #1',
    'x_2:EUR matched by conversion USD/EUR 0.9259259259 #2',
    'x_2:USD matched by conversion USD/EUR 0.9259259259 #2',
  ]);
});
