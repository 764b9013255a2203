import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { projectSquareAnswer } from './square-projection.ts';
import { PERSONAL, payment } from './square-records-for-tests.ts';

test('of a payment nothing is left but what is normalised', () => {
  const text = projectSquareAnswer(JSON.stringify({ payments: [payment('P1', '2026-01-31T10:00:00Z')], cursor: 'c' }));
  expect(JSON.parse(text ?? '')).toEqual({
    payments: [
      {
        id: 'P1',
        created_at: '2026-01-31T10:00:00Z',
        updated_at: '2026-01-31T10:00:00Z',
        amount_money: { amount: 1_000, currency: 'USD' },
        total_money: { amount: 1_230, currency: 'USD' },
        status: 'COMPLETED',
        source_type: 'CARD',
        location_id: 'LMAIN',
        order_id: 'order_P1',
      },
    ],
    cursor: 'c',
  });
  for (const personal of PERSONAL) expect(text).not.toContain(personal);
});

test('the details of an entry are kept by their ids, whatever they are called', () => {
  const entry = {
    id: 'e',
    type_charge_details: { payment_id: 'P1' },
    type_new_details: { refund_id: 'R1', who: 'Jane' },
  };
  const { who: _who, ...kept } = entry.type_new_details;
  expect(JSON.parse(projectSquareAnswer(JSON.stringify({ payout_entries: [entry] })) ?? '')).toEqual({
    payout_entries: [{ ...entry, type_new_details: kept }],
  });
});

test('an empty object is an answer', () => {
  expect(projectSquareAnswer(' { }\n')).toBe('{}');
});

test('no number is changed: a big one keeps its digits, one that is not whole becomes a text', () => {
  const text =
    '{"payments":[{"amount":9007199254740993},{"amount":-9223372036854775807},{"amount":12.5},{"amount":7}]}';
  expect(projectSquareAnswer(text)).toBe(text.replace('12.5', '"12.5"'));
  expect(projectSquareAnswer('{"amount":9007199254740993.0}')).toBe('{"amount":"9007199254740993.0"}');
});

test.each(['', '<html>', '[]', 'null', '7', '{"payments":[{"id":"P1"}', '"payments"', '{"message":"welcome"}'])(
  '%j is no answer',
  (text) => {
    expect(projectSquareAnswer(text)).toBeNull();
  },
);

test('every name on the list is one that Square publishes', async () => {
  const source = await readFile(new URL('./square-projection.ts', import.meta.url), 'utf8');
  const schema = await readFile(new URL('../../../sandbox/specs/square/schema.json', import.meta.url), 'utf8');
  const [named = ''] = /const ENVELOPE[\s\S]*?const NAMED/.exec(source) ?? [];
  const names = [...named.matchAll(/['`]([a-z_\s]+)['`]/g)].flatMap(([, list = '']) => list.split(/\s+/));
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !schema.includes(`"${name}"`))).toEqual([]);
});
