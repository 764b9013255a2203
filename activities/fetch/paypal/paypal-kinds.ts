// Decides what a PayPal transaction event code (T-code) is: the code itself first, then its group, which PayPal calls
// sufficient for reconciliation. List: developer.paypal.com/reports/reference/t-codes.
import { type CodedKind, kindsByCode, unknownKind } from '../row/kind-table.ts';

export interface PayPalKind extends CodedKind {
  /** False for authorisations and rows that are only shown. */
  readonly movesBalance: boolean;
}

const BY_CODE = kindsByCode([
  [
    'payment',
    `T0000 T0002 T0003 T0004 T0005 T0006 T0007 T0009 T0010 T0011 T0012 T0013 T0018 T0019 T0021
     T3000`,
    '',
  ],
  ['refund', 'T1107 T1113', ''],
  ['dispute', 'T1106 T1201 T1207', 'T1202 T1205 T1208'],
  ['fee', `T0100 T0101 T0102 T0103 T0104 T0105 T0106 T0107 T0108 T0109 T0110 T0111 T0112 T0113 T0114`, 'T1108 T1109'],
  ['payout', 'T0400 T0401 T0402 T0403 T1700 T1701', 'T1101'],
  [
    'transfer',
    `T0001 T0008 T0014 T0015 T0016 T0017 T0300 T0301 T0302 T0303 T0600 T0700 T0701 T1000 T2000 T2001 T2002 T2003 T2004
     T2201 T5000 T5001`,
    'T1104 T1114 T1115',
  ],
  [
    'adjustment',
    `T0800 T0801 T0802 T0803 T0804 T0805 T0806 T0807 T0808 T0900 T0901 T0902 T0903 T0904 T0905
     T1100 T1102 T1103 T1112 T1116 T1117 T1118 T1119 T1200 T1203 T1204 T1900 T2301`,
    '',
  ],
  [
    'reserve',
    `T1105 T1110 T1111 T1500 T1501 T1502 T1503
     T2101 T2102 T2103 T2104 T2105 T2106 T2107 T2108 T2109 T2110 T2111 T2112 T2113 T2114`,
    '',
  ],
  ['conversion', 'T0200 T0201 T0202', ''],
  [
    'other',
    `T0500 T0501 T0502 T0503 T0504 T0505 T1300 T1301 T1302 T1400 T1600 T1601 T1602 T1603 T1800 T1801
     T9700 T9701 T9702 T9800 T9900`,
    '',
  ],
]);

const BY_GROUP = kindsByCode([
  ['payment', 'T00 T30', ''],
  ['fee', 'T01', ''],
  // PayPal names the group "currency conversion": a new code of it is a leg too, and a leg belongs to its other leg.
  ['conversion', 'T02', ''],
  ['payout', 'T04 T17', ''],
  ['transfer', 'T03 T06 T07 T10 T20 T22 T50', ''],
  ['adjustment', 'T08 T09 T11 T12 T19 T23', ''],
  ['reserve', 'T15 T21', ''],
  ['other', 'T05 T13 T14 T16 T18 T97 T98 T99', ''],
]);

const MOVES_NOTHING: ReadonlySet<string> = new Set(['T13', 'T98']);
const T_CODE = /^T\d{4}$/;
const GROUP_CHARS = 3;

export function paypalKind(code: string, amountMinor: bigint): PayPalKind {
  const group = T_CODE.test(code) ? code.slice(0, GROUP_CHARS) : '';
  const known = BY_CODE.get(code) ?? BY_GROUP.get(group);
  if (known === undefined) return { ...unknownKind(code), movesBalance: true };
  return { ...signed(known, amountMinor), movesBalance: !MOVES_NOTHING.has(group) };
}

/** Where one code stands for both directions, only the sign tells them apart. */
function signed(known: CodedKind, amountMinor: bigint): CodedKind {
  // What the account itself pays to another one is not a sale.
  if (known.kind === 'payment' && amountMinor < 0n) return { ...known, kind: 'transfer', reverses: false };
  if (known.kind === 'reserve') return { ...known, reverses: amountMinor > 0n };
  return known;
}
