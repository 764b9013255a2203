import { expect, test } from '@jest/globals';
import { readInternalRow } from './internal-row.ts';
import { readProcessorRow } from './processor-row.ts';
import { protectPage, tokeniser } from './protect-page.ts';
import { rowContext } from './row-context.ts';

const context = rowContext('stripe/us', 'UTC');
const CARD = '4242 4242 4242 4242';
const EMAIL = 'jane.doe@example.com';
const tokenise = tokeniser('a key of at least thirty-two characters', 3);
const common = { kind: 'payment', currency: 'USD', occurredAt: '2026-02-01T10:00:00Z' };

const processorRow = (given: object) => readProcessorRow({ ...common, id: 'p1', gross: '1.00', ...given }, context);
const internalRow = (given: object) => readInternalRow({ ...common, id: 'i1', amount: '1.00', ...given }, context);
const pageOf = <R>(rows: R[], lines: number[] | null = null) => ({
  rows,
  lines,
  quarantined: [],
  cursor: 'c',
  done: true,
});

test('what looks personal becomes the same token on both sides, and another value another one', () => {
  const rows = [
    processorRow({ merchantReference: EMAIL }),
    processorRow({ id: 'p2', merchantReference: 'j@example.com' }),
  ];
  const processor = protectPage(pageOf(rows), tokenise, 'api');
  const internal = protectPage(pageOf([internalRow({ merchantReference: EMAIL })]), tokenise, 'shop');
  const [first, second] = processor.page.rows.map(({ merchantReference }) => merchantReference);
  expect(first).toMatch(/^tok3_[0-9a-f]{40}$/);
  expect(internal.page.rows[0]?.merchantReference).toBe(first);
  expect(second).not.toBe(first);
  expect(tokeniser('another key of at least thirty-two chars', 3)(EMAIL)).not.toBe(first);
  expect(processor.found).toEqual(new Map([['email', 2]]));
});

test('wherever it stands: id, parent, payout, typed references, a processor reference', () => {
  const row = processorRow({
    id: CARD,
    parentId: EMAIL,
    payoutId: CARD,
    references: [{ type: 'bank_reference', value: CARD }],
  });
  const record = internalRow({ id: EMAIL, processorReference: CARD, parentId: EMAIL });
  const safe = [
    ...protectPage(pageOf([row]), tokenise, 'api').page.rows,
    ...protectPage(pageOf([record]), tokenise, 'shop').page.rows,
  ];
  const text = JSON.stringify(safe, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  for (const personal of ['4242', 'jane', '\\u0000']) expect(text).not.toContain(personal);
});

test('the content hash is of the row that is stored', () => {
  const [once] = protectPage(pageOf([processorRow({ merchantReference: EMAIL })]), tokenise, 'api').page.rows;
  expect(once?.contentHash).not.toBe(processorRow({ merchantReference: EMAIL }).contentHash);
  const direct = processorRow({ merchantReference: once?.merchantReference });
  expect(direct.contentHash).toBe(once?.contentHash);
});

test('without a key the row is quarantined by its line or id, and the others go on', () => {
  const rows = [internalRow({ id: 'a' }), internalRow({ id: 'b', merchantReference: CARD }), internalRow({ id: 'c' })];
  const { page, found } = protectPage(pageOf(rows, [2, 3, 4]), null, 'ledger.csv');
  expect([page.rows.map(({ externalId }) => externalId), page.lines]).toEqual([
    ['a', 'c'],
    [2, 4],
  ]);
  expect(page.quarantined).toEqual([
    {
      source: 'ledger.csv',
      position: '3',
      reason: expect.stringContaining('looks like a card number, which may not be stored'),
    },
  ]);
  expect(found).toEqual(new Map([['card', 1]]));
  const api = protectPage(pageOf([processorRow({ id: EMAIL })]), null, 'Stripe API');
  expect(api.page.quarantined[0]?.position).toMatch(/^row -?[0-9a-f]+$/);
});

test('a page without anything personal passes as it is', () => {
  const rows = [processorRow({ merchantReference: 'ORD-1' })];
  expect(protectPage(pageOf(rows), tokenise, 'api').page.rows).toEqual(rows);
});
