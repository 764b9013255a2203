// How far a run can see, and what it may therefore not call missing.
import { describe, expect, test } from '@jest/globals';
import { coverageMs, horizonOf } from './horizon.ts';
import { internal, LONG_AFTER, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const side = { watermarkMs: 100, fetchedUntilMs: 100, deliveredRows: true, emptyIsComplete: false };

describe('a side is covered', () => {
  test.each([
    ['up to its watermark where it was fetched further', { watermarkMs: 90 }, 90],
    ['up to what was fetched where its watermark is further', { fetchedUntilMs: 80 }, 80],
    ['up to what was fetched where it has no watermark', { watermarkMs: null, fetchedUntilMs: 70 }, 70],
    ['not at all when nothing was fetched', { fetchedUntilMs: null }, null],
    ['not at all when it was silent', { deliveredRows: false }, null],
    ['in full when it was silent and may be', { deliveredRows: false, emptyIsComplete: true }, 100],
    ['up to the end of its last row where nobody states more', { believedUntilMs: 60 }, 60],
    ['not beyond the moment at which such rows were written', { believedUntilMs: 60, watermarkMs: 50 }, 50],
    ['not at all by such rows when there is none', { believedUntilMs: null }, null],
    ['in full by none of such rows where that may be', { believedUntilMs: null, emptyIsComplete: true }, 100],
  ])('%s', (_what, given, expected) => {
    expect(coverageMs({ ...side, ...given })).toBe(expected);
  });
});

describe('the horizon of a day [0, 100)', () => {
  const window = { startMs: 0, endMs: 100 };
  test.each([
    ['is the lesser of both sides', 120, 110, null, { horizonMs: 110, covered: true }],
    ['covers the day when both reach its end exactly', 100, 100, null, { horizonMs: 100, covered: true }],
    ['leaves the day uncovered when one side ends before it', 120, 99, null, { horizonMs: 99, covered: false }],
    ['is the start of the day when a side covers nothing', 120, null, null, { horizonMs: 0, covered: false }],
    [
      'ends where a later day begins that is staged and not introduced',
      500,
      400,
      200,
      { horizonMs: 200, covered: true },
    ],
    ['is not moved forward by a later day', 120, 110, 200, { horizonMs: 110, covered: true }],
  ])('%s', (_what, processorMs, internalMs, firstLaterDayMs, expected) => {
    expect(horizonOf(window, processorMs, internalMs, firstLaterDayMs)).toEqual(expected);
  });
});

const { newAccount, expectStanding } = situationsForTests();

const charge = processor('ch_1', 'payment 10.00 USD');
const paid = processor('ch_2', 'payment 2.00 USD');
const booked = internal('o_2', 'payment 2.00 USD', { names: 'ch_2' });

test('while one side ends before the day does, nothing is called missing; afterwards it is (17)', async () => {
  const account = newAccount();
  const rows = [charge, paid, booked, internal('o_3', 'payment 3.00 USD')];
  const early = await runOf(account, rows, { asOf: '2026-02-01T00:00:00Z', internalAsOf: '2026-01-31T23:59:59Z' });
  expect([early.outcome, early.discrepancies]).toEqual(['inconclusive', 0]);
  await expectStanding(account, [
    [charge, 'pending_source'],
    [paid, 'matched'],
    [booked, 'matched'],
    ['internal o_3', 'pending_source'],
  ]);
  const later = await runOf(account, rows, { asOf: '2026-02-02T00:00:00Z' });
  expect(later.outcome).toBe('differences');
  await expectStanding(account, [
    [charge, 'missing_internal'],
    [paid, 'matched'],
    ['internal o_3', 'missing_processor'],
  ]);
});

test.each([
  ['is not believed', { complete: false }, 'inconclusive', 'pending_source'],
  ['is believed when it states its completeness', { complete: true }, 'differences', 'missing_internal'],
  [
    'is believed when the account may be empty',
    { complete: false, setup: { mayBeEmpty: true } },
    'differences',
    'missing_internal',
  ],
])('a source without a single row %s', async (_what, options, outcome, verdict) => {
  const account = newAccount();
  const run = await runOf(account, [charge], { asOf: LONG_AFTER, ...options });
  expect(run.outcome).toBe(outcome);
  await expectStanding(account, [[charge, verdict]]);
});

test('a file of which no row can be read has delivered none', async () => {
  const account = newAccount();
  const unreadable = {
    id: 'o_1',
    kind: 'payment',
    amount: '1.234,50',
    currency: 'USD',
    occurredAt: '2026-01-31T10:00:00Z',
  };
  const run = await account.runDay({
    date: '2026-01-31',
    processor: [charge.record],
    internal: [unreadable],
    complete: false,
  });
  expect(run.outcome).toBe('inconclusive');
});

test('a day without a row on either side, both complete, is clean', async () => {
  expect((await runOf(newAccount(), [], { asOf: LONG_AFTER })).outcome).toBe('clean');
});

test('rows of a day that is staged and not yet introduced end the horizon: their partners may still be among them', async () => {
  const account = newAccount();
  const evening = processor('ch_3', 'payment 3.00 USD', { at: '2026-01-31T23:00:00Z' });
  const morning = internal('o_3', 'payment 3.00 USD', { names: 'ch_3', at: '2026-02-01T00:30:00Z' });
  const rows = [charge, evening, morning];
  await runOf(account, rows, { asOf: LONG_AFTER });
  await expectStanding(account, [
    [charge, 'missing_internal'],
    [evening, 'pending_timing'],
    [morning, 'not introduced'],
  ]);
  await runOf(account, rows, { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(account, [
    [evening, 'matched_late'],
    [morning, 'matched_late'],
  ]);
});

test('a row waits as long as its kind may take, to the second', async () => {
  const account = newAccount();
  const started = { at: '2026-01-31T00:00:00Z' };
  const waits = [
    [processor('over', 'payment 1.00 USD', { at: '2026-01-31T21:00:00Z' }), 'missing_internal'],
    [processor('due', 'payment 1.00 USD', { at: '2026-01-31T21:00:01Z' }), 'pending_timing'],
    [processor('fee over', 'fee -1.00 USD', started), 'missing_internal'],
    [processor('fee due', 'fee -1.00 USD', { at: '2026-01-31T00:00:01Z' }), 'pending_timing'],
    [processor('refund', 'refund -1.00 USD', started), 'pending_timing'],
    [internal('dispute', 'dispute -1.00 USD', started), 'pending_timing'],
  ] as const;
  await runOf(
    account,
    waits.map(([row]) => row),
    { asOf: '2026-02-01T00:00:00Z' },
  );
  await expectStanding(account, waits);
});
