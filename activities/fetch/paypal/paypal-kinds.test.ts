import { expect, test } from '@jest/globals';
import { PAYPAL_CODES, PAYPAL_GROUPS } from './paypal-codes-for-tests.ts';
import { paypalKind } from './paypal-kinds.ts';

/** The list gives one kind a code: that of a credit, and of what is put aside. */
function listed(code: string): string {
  const kind = paypalKind(code, paypalKind(code, 1n).kind === 'reserve' ? -1n : 1n);
  const flags = [kind.reverses ? ' reverses' : '', kind.movesBalance ? '' : ' moves-nothing'];
  return `${code} ${kind.unknownCode === null ? kind.kind : 'unknown'}${flags.join('')}`;
}

test('every published event code is what the list says', () => {
  expect(PAYPAL_CODES.length).toBe(146);
  expect(PAYPAL_CODES.map((line) => listed(line.split(' ')[0] ?? ''))).toEqual(PAYPAL_CODES);
});

test('a new code of a known group is what its group is; a new conversion is a conversion', () => {
  const given = PAYPAL_GROUPS.map((line) => line.split(' ')[0] ?? '').map((group) => {
    const { kind, unknownCode } = paypalKind(`${group}88`, 1n);
    return unknownCode === null ? `${group} ${kind}` : group;
  });
  const expected = PAYPAL_GROUPS.map((line) => (line === 'T02 transfer' ? 'T02 conversion' : line));
  expect(given).toEqual(expected);
  expect([paypalKind('T1388', -1n).movesBalance, paypalKind('T9888', 1n).movesBalance]).toEqual([false, false]);
});

test.each([
  ['T0006', 1n, { kind: 'payment', reverses: false }],
  ['T0006', -1n, { kind: 'transfer', reverses: false }],
  ['T3000', -1n, { kind: 'transfer', reverses: false }],
  ['T0088', -1n, { kind: 'transfer', reverses: false }],
  ['T0006', 0n, { kind: 'payment', reverses: false }],
  ['T1107', -1n, { kind: 'refund', reverses: false }],
  ['T1201', -1n, { kind: 'dispute', reverses: false }],
  ['T1202', 1n, { kind: 'dispute', reverses: true }],
  ['T1108', 1n, { kind: 'fee', reverses: true }],
  ['T1101', 1n, { kind: 'payout', reverses: true }],
  ['T2101', -1n, { kind: 'reserve', reverses: false }],
  ['T2101', 1n, { kind: 'reserve', reverses: true }],
  ['T1105', 1n, { kind: 'reserve', reverses: true }],
  ['T1588', 1n, { kind: 'reserve', reverses: true }],
])('%s of %s', (code, amount, expected) => {
  expect(paypalKind(code, amount)).toMatchObject({ ...expected, movesBalance: true, unknownCode: null });
});

test.each(['T8800', 'T001', 'T00001', 'TX006', 't0006', ''])(
  '%j is other, with the code as PayPal wrote it',
  (code) => {
    expect(paypalKind(code, -1n)).toEqual({ kind: 'other', reverses: false, movesBalance: true, unknownCode: code });
  },
);
