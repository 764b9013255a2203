// Answers that are not what Stripe documents, and rows that a broken or changing list shows: a quarantined row or a clear
// error, never a wrong number.
import { expect, test } from '@jest/globals';
import { SourceUnavailable } from '../../errors.ts';
import { failure, readPart, stripeSourceAt, whileAnswering, window } from './stripe-for-tests.ts';

const createdS = window.fromMs / 1_000;
const charge = (id: string, more: object = {}) => ({
  id,
  object: 'balance_transaction',
  amount: 1_000,
  fee: 30,
  net: 970,
  currency: 'usd',
  created: createdS,
  available_on: createdS,
  exchange_rate: null,
  reporting_category: 'charge',
  type: 'charge',
  source: { id: `ch_${id}`, object: 'charge', amount: 1_000, currency: 'usd', payment_intent: null, metadata: {} },
  ...more,
});
const list = (data: readonly object[], hasMore = false) => ({ object: 'list', data, has_more: hasMore });

/** The ledger in one slice, from pages by the cursor that asks for them. */
const readAnswers = (pages: Readonly<Record<string, unknown>>) =>
  whileAnswering(
    (_path, query) => pages[query.get('starting_after') ?? ''] ?? null,
    (at) => readPart(stripeSourceAt(at, { shardHours: 100 }), 'ledger'),
  );

test.each([
  ['nothing', null, "gave an answer that is not Stripe's"],
  ['a web page', '<!doctype html><html><body>Sign in</body></html>', "gave an answer that is not Stripe's"],
  ['JSON that was cut', '{"object":"list","data":[{"id":"txn_1"', "gave an answer that is not Stripe's"],
  ['an object', {}, 'gave an answer that is not a list of transactions'],
  ['a row without an id', list([{}]), 'gave an answer that is not a list of transactions'],
  ['a time that is none', list([{ id: 'txn_1', created: 'today' }]), 'that is not a list of transactions'],
  ['more without a row', list([], true), 'gave a page that leads nowhere'],
  ['more of the same', list([charge('txn_1')], true), 'gave a page that leads nowhere'],
  ['a row of another day', list([charge('txn_1', { created: 1 })]), 'gave rows from outside the window'],
  [
    'a row from beyond the window',
    list([charge('txn_1', { created: window.toMs / 1_000 })]),
    'from outside the window',
  ],
])('%s is not believed', async (_what, answer, message) => {
  const error = await failure(
    whileAnswering(
      () => answer,
      (at) => readPart(stripeSourceAt(at, { shardHours: 100 }), 'ledger'),
    ),
  );
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain(message);
});

test('an unreadable transaction is quarantined by its id, and the others of its page stay', async () => {
  const { rows, quarantined } = await readAnswers({
    '': list([charge('txn_1'), charge('txn_2', { net: 971 }), charge('txn_3')]),
  });
  expect(rows.map(({ externalId }) => externalId)).toEqual(['txn_1', 'txn_3']);
  expect(quarantined).toEqual([{ source: 'Stripe API', position: 'txn_2', reason: 'net: is not amount minus fee' }]);
});

test('a reason holds nothing personal', async () => {
  const personal = { metadata: { order_id: 'jane.doe@example.com' }, receipt_email: 'jane.doe@example.com' };
  const { quarantined } = await readAnswers({
    '': list([charge('txn_1', { net: 971, source: { ...charge('txn_1').source, ...personal } })]),
  });
  expect(quarantined).toHaveLength(1);
  expect(JSON.stringify(quarantined)).not.toContain('jane');
});

test('a page of several currencies keeps each row in its own; one that nobody knows is quarantined', async () => {
  const { rows, quarantined } = await readAnswers({
    '': list([
      charge('txn_1'),
      charge('txn_2', { currency: 'jpy' }),
      charge('txn_3', { currency: 'zzz' }),
      charge('txn_4', { currency: 'isk' }),
    ]),
  });
  expect(rows.map(({ currency, grossMinor }) => `${grossMinor} ${currency}`)).toEqual(['1000 USD', '1000 JPY']);
  expect(quarantined.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    'txn_3 currency: "ZZZ" is not an ISO 4217 currency',
    'txn_4 fee: 30 does not divide into whole minor units of ISK',
  ]);
});

test('a row whose currency changes between two readings is no longer the same', async () => {
  const [usd, eur] = await Promise.all(
    ['usd', 'eur'].map((currency) => readAnswers({ '': list([charge('txn_1', { currency })]) })),
  );
  expect(usd?.rows[0]?.contentHash).not.toBe(eur?.rows[0]?.contentHash);
});

test('a page that comes once more is not believed', async () => {
  const error = await failure(
    readAnswers({
      '': list([charge('txn_2'), charge('txn_1')], true),
      txn_1: list([charge('txn_2'), charge('txn_1')]),
    }),
  );
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain('gave the page before once more');
});

test('a row that changes between pages comes as it was said each time, the last one last', async () => {
  const { rows, pages } = await readAnswers({
    '': list([charge('txn_2'), charge('txn_1')], true),
    txn_1: list([charge('txn_2', { fee: 40, net: 960 })]),
  });
  expect(pages.map((page) => page.done)).toEqual([false, true]);
  expect(rows.map(({ externalId, feeMinor }) => `${externalId} ${feeMinor}`)).toEqual([
    'txn_2 30',
    'txn_1 30',
    'txn_2 40',
  ]);
});

test('a row of a clock that runs ahead is taken as it stands while it is within the window', async () => {
  const aheadS = window.toMs / 1_000 - 1;
  const { rows } = await whileAnswering(
    () => list([charge('txn_1', { created: aheadS })]),
    (at) => readPart(stripeSourceAt(at, { shardHours: 100, now: () => window.fromMs }), 'ledger'),
  );
  expect(rows.map(({ occurredAtMs, homeDate }) => [occurredAtMs, homeDate])).toEqual([[aheadS * 1_000, '2026-03-08']]);
});
