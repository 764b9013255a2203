import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { stripeKind } from './stripe-kinds.ts';

const schema = JSON.parse(
  await readFile(new URL('../../../sandbox/specs/stripe/schema.json', import.meta.url), 'utf8'),
);
const documented: Record<
  'byReportingCategory' | 'byType',
  Record<string, { kind: string; reverses?: true }>
> = JSON.parse(await readFile(new URL('../../../sandbox/specs/stripe/kinds.json', import.meta.url), 'utf8'));
const TYPES: string[] = schema.$defs['BalanceTransaction.Type'].enum;
const CATEGORIES: string[] = schema.$defs['Reporting.ReportRunCreateParams.Parameters.ReportingCategory'].enum;

test('every published type and reporting category has a kind', () => {
  expect([TYPES.length, CATEGORIES.length]).toEqual([52, 37]);
  const unknown = [
    ...CATEGORIES.filter((category) => stripeKind(category, '', 1n).unknownCode !== null),
    ...TYPES.filter((type) => stripeKind('', type, 1n).unknownCode !== null),
  ];
  expect(unknown).toEqual([]);
});

test.each([
  [
    'reporting category',
    documented.byReportingCategory,
    CATEGORIES,
    (code: string, minor: bigint) => stripeKind(code, '', minor),
  ],
  ['type', documented.byType, TYPES, (code: string, minor: bigint) => stripeKind('', code, minor)],
])('each %s is what its documentation says, entry by entry', (_what, entries, published, kindOf) => {
  expect(Object.keys(entries).sort()).toEqual([...published].sort());
  const found = Object.fromEntries(
    Object.entries(entries).map(([code, { kind, reverses }]) => {
      // Money that is put aside leaves the balance, what is released comes back: the sign that such a row has.
      const minor = kind === 'reserve' && reverses === true ? 1n : -1n;
      const ours = kindOf(code, minor);
      return [code, { kind: ours.kind, ...(ours.reverses ? { reverses: true } : {}) }];
    }),
  );
  expect(found).toEqual(entries);
});

test('the sign tells what a reserve does, because one category holds both ways, and of no other kind', () => {
  const turned = (codes: readonly string[], of: (code: string, minor: bigint) => boolean) =>
    codes.filter((code) => of(code, 1n) !== of(code, -1n)).sort();
  const reserves = (entries: Record<string, { kind: string }>) =>
    Object.keys(entries)
      .filter((code) => entries[code]?.kind === 'reserve')
      .sort();
  expect(turned(CATEGORIES, (code, minor) => stripeKind(code, '', minor).reverses)).toEqual(
    reserves(documented.byReportingCategory),
  );
  expect(turned(TYPES, (code, minor) => stripeKind('', code, minor).reverses)).toEqual(reserves(documented.byType));
});

test('what undoes something says so, and nothing else does', () => {
  const reversing = (codes: readonly string[], of: (code: string) => boolean) => codes.filter(of).sort();
  expect(reversing(CATEGORIES, (category) => stripeKind(category, '', -1n).reverses)).toEqual([
    'charge_failure',
    'climate_order_refund',
    'dispute_reversal',
    'financing_paydown_reversal',
    'financing_payout_reversal',
    'issuing_authorization_release',
    'partial_capture_reversal',
    'payout_reversal',
    'platform_earning_refund',
    'refund_failure',
    'topup_reversal',
    'transfer_reversal',
  ]);
});

test.each([
  ['dispute', 'adjustment', -7481n, { kind: 'dispute', reverses: false }],
  ['dispute_reversal', 'adjustment', 7481n, { kind: 'dispute', reverses: true }],
  ['partial_capture_reversal', 'refund', -200n, { kind: 'payment', reverses: true }],
  ['refund_failure', 'refund_failure', 200n, { kind: 'refund', reverses: true }],
  ['new_category', 'stripe_fee', -200n, { kind: 'fee', reverses: false, unknownCode: null }],
  ['risk_reserved_funds', 'reserve_hold', -200n, { kind: 'reserve', reverses: false }],
  ['risk_reserved_funds', 'reserve_release', 200n, { kind: 'reserve', reverses: true }],
  ['', 'reserve_transaction', 200n, { kind: 'reserve', reverses: true }],
])('category %s of type %s and amount %s', (category, type, amount, expected) => {
  expect(stripeKind(category, type, amount)).toMatchObject(expected);
});

test('what no table knows is other, with the code as Stripe wrote it', () => {
  expect(stripeKind('loyalty', 'loyalty_credit', 1n)).toEqual({
    kind: 'other',
    reverses: false,
    unknownCode: 'loyalty',
  });
  expect(stripeKind('', 'loyalty_credit', 1n).unknownCode).toBe('loyalty_credit');
});
