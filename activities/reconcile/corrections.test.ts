// What becomes of a decided row when its source says something else about it, or when what was set aside is named later.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { internal, LONG_AFTER, processor, rules, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, expectStanding, started } = situationsForTests();

const AFTER = { asOf: LONG_AFTER };
const NEXT = { date: '2026-02-01', asOf: LONG_AFTER };
const THEN = { date: '2026-02-02', asOf: LONG_AFTER };
const at = '2026-02-01T08:00:00Z';

function liveDiscrepancies(account: EngineAccount) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select anchor_side || ' ' || anchor_external_id || ': ' || verdict || ' ' || state as said from discrepancies
    where account = ${account.account} order by discrepancy_id`);
}

function versions(account: EngineAccount, id: string) {
  return started().engine.database.oneFirst(sql.type(z.object({ versions: z.string() }))`
    select string_agg(version || ' ' || gross, ', ' order by version) as versions
    from processor_transactions join accounts using (account_id)
    where account = ${account.account} and external_id = ${id}`);
}

test('a corrected amount opens the match again; the record corrected too closes it, as the same discrepancy', async () => {
  const account = newAccount();
  await runOf(
    account,
    [processor('ch_1', 'payment 100.00 USD'), internal('o_1', 'payment 100.00 USD', { names: 'ch_1' })],
    AFTER,
  );
  await runOf(account, [processor('ch_1', 'payment 90.00 USD')], NEXT);
  await expectStanding(account, [
    ['processor ch_1', 'amount_mismatch'],
    ['internal o_1', 'amount_mismatch'],
  ]);
  expect(await liveDiscrepancies(account)).toEqual(['processor ch_1: amount_mismatch open']);
  await runOf(account, [internal('o_1', 'payment 90.00 USD', { names: 'ch_1' })], THEN);
  await expectStanding(account, [
    ['processor ch_1', 'matched_late'],
    ['internal o_1', 'matched_late'],
  ]);
  expect(await liveDiscrepancies(account)).toEqual(['processor ch_1: matched_late closed']);
});

test('content that was seen before for an id makes no version: an old file read again takes nothing back', async () => {
  const account = newAccount();
  const first = processor('ch_1', 'payment 100.00 USD');
  await runOf(account, [first, internal('o_1', 'payment 100.00 USD', { names: 'ch_1' })], AFTER);
  await runOf(account, [processor('ch_1', 'payment 90.00 USD')], NEXT);
  await runOf(account, [first], THEN);
  await expectStanding(account, [['processor ch_1', 'amount_mismatch']]);
  expect(await versions(account, 'ch_1')).toBe('1 10000, 2 9000');
});

test('the last of several new versions counts, and those before it are accounted for', async () => {
  const account = newAccount();
  await runOf(account, [processor('ch_1', 'payment 100.00 USD')], AFTER);
  await account.stageDay({ ...NEXT, processor: [processor('ch_1', 'payment 90.00 USD').record], internal: [] });
  await runOf(
    account,
    [processor('ch_1', 'payment 80.00 USD'), internal('o_1', 'payment 80.00 USD', { names: 'ch_1' })],
    NEXT,
  );
  await expectStanding(account, [['processor ch_1', 'matched']]);
  expect(await versions(account, 'ch_1')).toBe('1 10000, 2 9000, 3 8000');
});

test('a first version and its correction that are introduced together are one row', async () => {
  const account = newAccount();
  await account.stageDay({
    ...AFTER,
    date: '2026-01-31',
    processor: [processor('ch_1', 'payment 100.00 USD').record],
    internal: [],
  });
  await runOf(
    account,
    [processor('ch_1', 'payment 80.00 USD'), internal('o_1', 'payment 80.00 USD', { names: 'ch_1' })],
    AFTER,
  );
  await expectStanding(account, [
    ['processor ch_1', 'matched'],
    ['internal o_1', 'matched'],
  ]);
});

test('a row keeps its home date when a correction moves it to another day', async () => {
  const account = newAccount();
  await runOf(account, [processor('ch_1', 'payment 100.00 USD')], AFTER);
  await runOf(account, [processor('ch_1', 'payment 100.00 USD', { at: '2026-02-05T12:00:00Z' })], NEXT);
  await expectStanding(account, [['processor ch_1', 'missing_internal']]);
});

test('a refund that was matched and then fails is a status mismatch, and the match is open again (5)', async () => {
  const account = newAccount();
  await runOf(
    account,
    [processor('re_1', 'refund -50.00 USD'), internal('o_1', 'refund -50.00 USD', { names: 're_1' })],
    AFTER,
  );
  await runOf(account, [processor('re_1', 'refund -50.00 USD', { status: 'void' })], NEXT);
  await expectStanding(account, [
    ['processor re_1', 'status_mismatch'],
    ['internal o_1', 'status_mismatch'],
  ]);
  expect(await liveDiscrepancies(account)).toEqual(['processor re_1: status_mismatch open']);
});

test.each([
  [
    'a void charge, named by its id',
    processor('ch_1', 'payment 10.00 USD', { status: 'void' }),
    internal('o_1', 'payment 10.00 USD', { names: 'ch_1', at }),
    'status_mismatch',
  ],
  [
    'a void charge, named by another of its ids',
    processor('txn_1', 'payment 10.00 USD', { status: 'void', alsoKnownAs: ['ch_1'] }),
    internal('o_1', 'payment 10.00 USD', { names: 'ch_1', at }),
    'status_mismatch',
  ],
  [
    'a void charge, of the same order',
    processor('ch_1', 'payment 10.00 USD', { status: 'void', order: 'A' }),
    internal('o_1', 'payment 10.00 USD', { order: 'A', at }),
    'status_mismatch',
  ],
  [
    'a charge of zero',
    processor('ch_1', 'payment 0.00 USD'),
    internal('o_1', 'payment 0.00 USD', { names: 'ch_1', at }),
    'matched_late',
  ],
  [
    'a void record of ours',
    internal('o_1', 'payment 10.00 USD', { status: 'void', names: 'ch_1' }),
    processor('ch_1', 'payment 10.00 USD', { at }),
    'status_mismatch',
  ],
  [
    'a record of zero',
    internal('o_1', 'payment 0.00 USD', { order: 'A' }),
    processor('ch_1', 'payment 0.00 USD', { order: 'A', at }),
    'matched_late',
  ],
])('what was ignored takes part again when its partner comes a day later: %s', async (_what, early, late, verdict) => {
  const account = newAccount();
  await runOf(account, [early], AFTER);
  await expectStanding(account, [[early, 'ignored']]);
  await runOf(account, [late], NEXT);
  await expectStanding(account, [
    [early, verdict],
    [late, verdict],
  ]);
});

test('what needs no partner and got none stays closed when one comes; neither is a break', async () => {
  const account = newAccount();
  const optional = { rules: rules({ partner: { fee: 'optional' } }) };
  const fee = processor('fee_1', 'fee -3.00 USD');
  await runOf(account, [fee], { ...AFTER, ...optional });
  const record = internal('o_1', 'fee -3.00 USD', { names: 'fee_1', at });
  await runOf(account, [record], { ...NEXT, ...optional });
  await expectStanding(account, [
    [fee, 'matched'],
    [record, 'matched'],
  ]);
});

test('a key that a row carried before its correction leads nowhere any more', async () => {
  const account = newAccount();
  const record = internal('o_1', 'payment 10.00 USD', { names: 'ch_1', order: 'C' });
  await runOf(account, [processor('ch_1', 'payment 10.00 USD', { order: 'A' }), record], AFTER);
  const corrected = [
    processor('ch_1', 'payment 10.00 USD', { order: 'B' }),
    internal('o_1', 'payment 10.00 USD', { names: 'ch_1', order: 'D' }),
  ];
  await runOf(account, corrected, NEXT);
  const strangers = [
    internal('o_2', 'payment 10.00 USD', { order: 'A', at }),
    processor('ch_2', 'payment 10.00 USD', { order: 'C', at }),
  ] as const;
  await runOf(account, strangers, THEN);
  await expectStanding(account, [
    ['processor ch_1', 'matched'],
    [strangers[0], 'missing_processor'],
    [strangers[1], 'missing_internal'],
  ]);
});

test('an id twice in one file: the last one counts, the first is reported with both lines', async () => {
  const account = newAccount();
  const rows = [
    processor('ch_1', 'payment 100.00 USD'),
    processor('ch_2', 'payment 5.00 USD'),
    processor('ch_1', 'payment 80.00 USD'),
    internal('o_1', 'payment 80.00 USD', { names: 'ch_1' }),
    internal('o_2', 'payment 5.00 USD', { names: 'ch_2' }),
  ];
  const run = await runOf(account, rows, AFTER);
  await expectStanding(account, [
    ['processor ch_1', 'matched'],
    ['processor ch_2', 'matched'],
  ]);
  expect(await reported(account)).toEqual([
    'processor.ndjson 1: the same id stands again in line 3: the later one counts',
  ]);
  // Its money counts once, and the reader is told; nothing is missing.
  expect(run.outcome).toBe('clean');
});

test.each([1, 2, 100])(
  'an id three times in one file read %d row(s) at a time: the last one counts, whatever it says',
  async (chunkRows) => {
    const account = newAccount();
    const [first, second] = [processor('ch_1', 'payment 100.00 USD'), processor('ch_1', 'payment 80.00 USD')];
    const rows = [first, second, first, internal('o_1', 'payment 100.00 USD', { names: 'ch_1' })];
    await runOf(account, rows, { ...AFTER, chunkRows });
    await expectStanding(account, [
      ['processor ch_1', 'matched'],
      ['internal o_1', 'matched'],
    ]);
    expect(await reported(account)).toContain(
      'processor.ndjson 2: the same id stands again in line 3: the later one counts',
    );
  },
);

function reported(account: EngineAccount) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select q.source || ' ' || q.position || ': ' || q.reason as said from quarantined_rows q join accounts using (account_id)
    where account = ${account.account} and q.superseded order by q.position::int`);
}
