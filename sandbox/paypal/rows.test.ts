// What stands in a row, against the world's ledger, and how it changes.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseDecimalAmount } from '../../domain/money.ts';
import type { LedgerEntry, World } from '../world/world.ts';
import {
  ALL,
  CREDENTIAL,
  type Info,
  idOf,
  LATER_MS,
  startTestEmulator,
  type TestEmulator,
  world,
} from './emulator-for-tests.ts';
import { stampOf, zuluOf } from './stamp.ts';

let emulator: TestEmulator;
let rows: Map<string, Info>;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
beforeEach(async () => {
  emulator.holdRefreshAt(LATER_MS);
  rows = new Map((await emulator.rows(ALL)).map((row) => [idOf(row), row]));
});
afterAll(() => emulator.stop());

function rowOf(entry: LedgerEntry | undefined): Info {
  const row = rows.get(entry?.id ?? '');
  if (row === undefined) throw new RangeError(`${entry?.id} is not listed`);
  return row;
}

function entriesOf(...movements: LedgerEntry['movement'][]): LedgerEntry[] {
  const found = world.entries.filter(({ movement }) => movements.includes(movement));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

function minorOf({ currency_code, value }: { currency_code: string; value: string }): bigint {
  return parseDecimalAmount(value, currency_code, 'value');
}

test('amounts are what the ledger says, in major units, with the decimals of their currency', () => {
  const currencies = new Set<string>();
  for (const entry of world.entries) {
    const { transaction_amount: amount, transaction_initiation_date: initiated } = rowOf(entry);
    currencies.add(amount.currency_code);
    expect(amount.value).toMatch(amount.currency_code === 'JPY' ? /^-?\d+$/ : /^-?\d+\.\d\d$/);
    expect([amount.currency_code, minorOf(amount)]).toEqual([entry.currency, entry.grossMinor]);
    expect(initiated).toBe(stampOf(entry.createdS));
    expect(initiated).toMatch(/^2026-0[45]-\d\dT\d\d:\d\d:\d\d\+0000$/);
  }
  expect([...currencies].sort()).toEqual(['EUR', 'GBP', 'JPY', 'USD']);
});

test('a fee is negative; where there is none it is missing on some rows and null on others', () => {
  const without = new Set<unknown>();
  for (const entry of world.entries) {
    const { fee_amount: fee } = rowOf(entry);
    if (fee === null || fee === undefined) without.add(fee);
    expect(fee === null || fee === undefined ? 0n : -minorOf(fee)).toBe(entry.feeMinor);
  }
  expect([...without]).toEqual(expect.arrayContaining([null, undefined]));
});

test('a refund and a chargeback name the sale and repeat its invoice id', () => {
  for (const entry of entriesOf('refund', 'dispute')) {
    const { source } = entry;
    if (source === null || !('charge' in source)) throw new RangeError(`${entry.id} has no charge`);
    expect(rowOf(entry)).toMatchObject({
      transaction_event_code: entry.movement === 'refund' ? 'T1107' : 'T1201',
      paypal_reference_id: source.charge.id,
      paypal_reference_id_type: 'TXN',
    });
    const row = rowOf(entry);
    expect(row.invoice_id ?? row.custom_field).toBe(source.charge.orderId);
    const sale = rows.get(source.charge.entryId);
    if (sale !== undefined) expect([sale.invoice_id, sale.custom_field]).toEqual([row.invoice_id, row.custom_field]);
  }
});

test('sales have the shop’s order id in one of two fields, and some name the order of the checkout', () => {
  const sales = entriesOf('charge').map((entry) => ({ entry, row: rowOf(entry) }));
  for (const { entry, row } of sales) {
    expect([row.invoice_id, row.custom_field]).toContain(entry.source?.object === 'charge' ? entry.source.orderId : '');
  }
  const share = (has: (row: Info) => boolean) => sales.filter(({ row }) => has(row)).length / sales.length;
  expect(share((row) => row.custom_field !== undefined)).toBeGreaterThan(0.03);
  expect(share((row) => row.invoice_id !== undefined)).toBeGreaterThan(0.8);
  expect(share((row) => row.paypal_reference_id_type === 'ODR')).toBeGreaterThan(0.3);
  expect(share((row) => row.paypal_reference_id_type === undefined)).toBeGreaterThan(0.3);
});

test('the two legs of an exchange name the same one, a chargeback’s fee names the sale, all else stands alone', () => {
  const legs = Map.groupBy(entriesOf('conversion').map(rowOf), (row) => row.paypal_reference_id);
  for (const pair of legs.values()) {
    expect(pair.map((row) => row.transaction_event_code)).toEqual(['T0200', 'T0200']);
    expect(new Set(pair.map((row) => row.transaction_amount.currency_code)).size).toBe(2);
  }
  for (const entry of entriesOf('dispute_fee')) {
    const { paypal_reference_id: sale, invoice_id: invoice } = rowOf(entry);
    expect([sale, invoice]).toEqual([entry.source?.object === 'dispute' ? entry.source.charge.id : '', undefined]);
  }
  const alone = [...entriesOf('fee'), ...entriesOf('payout'), ...entriesOf('unheard_of')].map(rowOf);
  expect([...new Set(alone.map((row) => row.transaction_event_code))]).toEqual(['T0107', 'T0400', 'T7702']);
  for (const row of alone) expect(row.paypal_reference_id).toBeUndefined();
});

describe('status', () => {
  test('a refunded sale is F in part and V as a whole, and moves to the second of its refund', () => {
    const seen = new Set<string>();
    for (const entry of entriesOf('charge')) {
      const { source } = entry;
      if (source?.object !== 'charge' || source.refunds.length === 0) continue;
      const refundedMinor = source.refunds.reduce((sum, refund) => sum + refund.amountMinor, 0n);
      const status = refundedMinor >= source.amountMinor ? 'V' : 'F';
      seen.add(status);
      expect(rowOf(entry)).toMatchObject({
        transaction_status: status,
        transaction_updated_date: stampOf(Math.max(...source.refunds.map(({ createdS }) => createdS))),
      });
    }
    expect([...seen].sort()).toEqual(['F', 'V']);
  });

  test('before its refund the sale is S where it was made, afterwards it is nowhere but at its refund', async () => {
    const entry = entriesOf('charge').find(({ source }) => source?.object === 'charge' && source.refunds.length === 1);
    const refundedS = entry?.source?.object === 'charge' ? (entry.source.refunds[0]?.createdS ?? 0) : 0;
    const at = (second: number) => `start_date=${zuluOf(second)}&end_date=${zuluOf(second)}`;
    const idsAt = async (second: number) => (await emulator.rows(at(second))).map(idOf);
    emulator.holdRefreshAt((refundedS - 1) * 1000);
    expect(await idsAt(entry?.createdS ?? 0)).toContain(entry?.id);
    emulator.holdRefreshAt(refundedS * 1000);
    expect(await idsAt(entry?.createdS ?? 0)).not.toContain(entry?.id);
    expect(await idsAt(refundedS)).toContain(entry?.id);
  });

  test('some sales are pending for a while; until then the account holds the money back', async () => {
    const moved = entriesOf('charge').filter(({ createdS, source }) => {
      const isRefunded = source?.object === 'charge' && source.refunds.length > 0;
      return !isRefunded && rows.get(`${idOfSale(source)}`)?.transaction_updated_date !== stampOf(createdS);
    });
    expect(moved.length).toBeGreaterThan(3);
    for (const entry of moved.slice(0, 3)) {
      expect(rowOf(entry).transaction_status).toBe('S');
      emulator.holdRefreshAt(entry.createdS * 1000);
      const [before] = await emulator.rows(`${ALL}&transaction_id=${rowOf(entry).transaction_id}`);
      expect(before).toMatchObject({ transaction_status: 'P', transaction_updated_date: stampOf(entry.createdS) });
      const { body } = await emulator.ask(`reporting/balances?currency_code=${entry.currency}`);
      expect(body.balances[0]?.withheld_balance).not.toMatchObject({ value: expect.stringMatching(/^0(\.00)?$/) });
    }
  });
});

describe('rows that move nothing', () => {
  test('are listed on request only, some under the id of the sale that they authorised', async () => {
    const all = await emulator.rows(`${ALL}&balance_affecting_records_only=N`);
    const extra = all.filter((row) => !rows.has(idOf(row)));
    expect(all.length).toBe(rows.size + extra.length);
    expect([...new Set(extra.map((row) => row.transaction_event_code))]).toEqual(['T1300']);
    const sales = new Set(entriesOf('charge').map((entry) => rowOf(entry).transaction_id));
    const shared = extra.filter((row) => sales.has(row.transaction_id));
    expect(shared.length).toBeGreaterThan(20);
    expect(extra.length - shared.length).toBeGreaterThan(20);
    const both = await emulator.rows(
      `${ALL}&balance_affecting_records_only=N&transaction_id=${shared[0]?.transaction_id}`,
    );
    expect(both.map((row) => row.transaction_event_code).sort()).toEqual(['T0006', 'T1300']);
  });

  test('rows that move money may share an id too, where a world says so', async () => {
    const ids = new Map(entriesOf('dispute').map(({ id, createdS }) => [createdS, id.split(':')[0] ?? '']));
    const entries = world.entries.map((entry) =>
      entry.movement === 'dispute_fee' ? { ...entry, id: `${ids.get(entry.createdS)}:T0106:${entry.currency}` } : entry,
    );
    const own = await startTestEmulator({
      accounts: [{ world: { ...world, entries } satisfies World, credentials: [CREDENTIAL] }],
    });
    const pair = await own.rows(`${ALL}&transaction_id=${[...ids.values()][0]}`);
    await own.stop();
    expect(pair.map((row) => row.transaction_event_code).sort()).toEqual(['T0106', 'T1201']);
  });
});

describe('an update while it runs', () => {
  test('moves the row, changes what it says, and keeps its identity', async () => {
    const own = await startTestEmulator();
    const entry = world.entries.find(({ movement }) => movement === 'fee');
    const id = entry?.id ?? '';
    const updatedS = Math.floor(LATER_MS / 1000) - 86_400;
    const total = (await own.ask(`reporting/transactions?${ALL}`)).body.total_items;
    own.updateRow(id, { updatedS, status: 'D', grossMinor: -777n });
    const row = (await own.rows(ALL)).find((found) => idOf(found) === id);
    expect(row).toMatchObject({
      transaction_status: 'D',
      transaction_amount: { currency_code: 'EUR', value: '-7.77' },
      transaction_initiation_date: stampOf(entry?.createdS ?? 0),
      transaction_updated_date: stampOf(updatedS),
    });
    expect((await own.ask(`reporting/transactions?${ALL}`)).body.total_items).toBe(total);
    expect(await own.rows(`start_date=${zuluOf(updatedS)}&end_date=${zuluOf(updatedS)}`)).toHaveLength(1);
    own.holdRefreshAt((updatedS - 1) * 1000);
    expect((await own.rows(ALL)).find((found) => idOf(found) === id)?.transaction_status).toBe('S');
    expect(() => own.updateRow(id, { updatedS })).toThrow('give a later one');
    expect(() => own.updateRow('NOWHERE:T0006:EUR', { updatedS })).toThrow('no row NOWHERE:T0006:EUR');
    await own.stop();
  });
});

describe('fields', () => {
  test('without a word about them only the transaction itself comes', async () => {
    const { body } = await emulator.ask(`reporting/transactions?${ALL}`);
    for (const detail of body.transaction_details) expect(Object.keys(detail)).toEqual(['transaction_info']);
  });

  test('all of them bring people, and empty groups as empty objects', async () => {
    const { body } = await emulator.ask(`reporting/transactions?${ALL}&fields=all&transaction_type=T0006`);
    for (const detail of body.transaction_details) {
      expect(detail).toMatchObject({
        payer_info: { email_address: expect.stringContaining('@'), payer_name: { surname: expect.any(String) } },
        shipping_info: { address: { line1: expect.stringContaining('Main Street') } },
        cart_info: { item_details: [{ item_quantity: '1' }] },
        store_info: {},
        auction_info: {},
        incentive_info: {},
      });
    }
    const bill = (await emulator.ask(`reporting/transactions?${ALL}&fields=all&transaction_type=T0107`)).body;
    expect(bill.transaction_details[0]).toMatchObject({
      payer_info: { payer_name: {} },
      shipping_info: {},
      cart_info: {},
    });
  });

  test('even the transaction itself holds what customers wrote', async () => {
    const notes = [...rows.values()].flatMap((row) =>
      row.transaction_note === undefined ? [] : [row.transaction_note],
    );
    expect(notes.length).toBeGreaterThan(20);
    for (const note of notes) expect(note).toMatch(/^Please ring at \d+ Main Street, thanks, \w+ \w+$/);
  });

  test('an ending balance comes only where nothing but dates was asked for', async () => {
    const { body } = await emulator.ask(`reporting/transactions?${ALL}`);
    for (const { transaction_info: info } of body.transaction_details) {
      expect(info.ending_balance).toEqual(info.available_balance);
    }
    const paged = await emulator.ask(`reporting/transactions?${ALL}&page=1`);
    for (const { transaction_info: info } of paged.body.transaction_details)
      expect(info.ending_balance).toBeUndefined();
  });
});

function idOfSale(source: LedgerEntry['source']): string {
  return source?.object === 'charge' ? source.entryId : '';
}
