// What the emulators make of a world with situations: what is odd stands in the lists, and in no balance or payout.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeSettlementReports } from './adyen/write-settlement-reports.ts';
import { EmulatedAccount as PayPalAccount } from './paypal/emulated-account.ts';
import { RefreshClock } from './paypal/refresh-clock.ts';
import { rowVersions } from './paypal/row-versions.ts';
import { renderDispute, renderPayment } from './square/render.ts';
import { squareLedger } from './square/square-ledger.ts';
import { EmulatedAccount as StripeAccount } from './stripe/emulated-account.ts';
import { generateWorld } from './world/generate-world.ts';
import type { World } from './world/world.ts';

const DAY_S = 86_400;

function worldOf(account: string, currency: 'USD' | 'EUR' | 'JPY' | 'GBP'): World {
  const zone = 'Europe/Berlin';
  return generateWorld({
    seed: 21,
    account,
    currency,
    zone,
    firstDate: '2026-04-06',
    days: 6,
    transactionsPerDay: 90,
    situations: {},
  });
}

test('Stripe lists a row whose numbers contradict each other and one of test mode; its balance knows neither', () => {
  const world = worldOf('stripe/us', 'USD');
  const account = new StripeAccount(world);
  const nowS = world.endMs / 1000 + 3 * DAY_S;
  const expand = new URLSearchParams('expand[]=source');
  const [unreadable, tested] = world.odd.entries.map(({ entry }) => account.balanceTransaction(entry.id, expand, nowS));
  expect(unreadable?.net).toBe((unreadable?.amount ?? 0) - (unreadable?.fee ?? 0) + 1);
  expect([tested?.net, tested?.source]).toMatchObject([
    (tested?.amount ?? 0) - (tested?.fee ?? 0),
    { livemode: false, object: 'charge' },
  ]);
  const { available, pending } = account.balance(nowS);
  const held = [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0);
  expect(BigInt(held)).toBe(world.entries.reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n));
});

test('Stripe says that a charge failed by a row of its own, with the charge as its source', () => {
  const world = worldOf('stripe/us', 'USD');
  const failure = world.entries.find(({ movement }) => movement === 'charge_failure');
  const shown = new StripeAccount(world).balanceTransaction(failure?.id ?? '', new URLSearchParams(), 2 ** 31);
  expect(shown).toMatchObject({ reporting_category: 'charge_failure', source: failure?.source?.id });
  expect(shown.amount).toBeLessThan(0);
});

test('PayPal writes a decimal comma into a row that no balance knows, and calls a refund pending until it settles', () => {
  const world = worldOf('paypal/eu', 'EUR');
  const nowMs = world.endMs + 10 * DAY_S * 1000;
  const clock = new RefreshClock(() => nowMs, 0, null);
  const account = new PayPalAccount(world, clock, 10_000);
  const find = (id: string | undefined, fromS: number, toS: number) => {
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    const query = new URLSearchParams({ start_date: at(fromS), end_date: at(toS), page_size: '500', fields: 'all' });
    query.set('transaction_id', id?.split(':')[0] ?? '');
    const answer = account.transactions(query, 'http://127.0.0.1/') as {
      transaction_details: {
        transaction_info: { transaction_status: string; transaction_amount: { value: string } };
      }[];
    };
    return answer.transaction_details.map(({ transaction_info: info }) => info);
  };
  const [startS, endS] = [world.startMs / 1000, world.endMs / 1000 + 9 * DAY_S];
  const [strange] = world.odd.entries;
  expect(find(strange?.entry.id, startS, endS)[0]?.transaction_amount.value).toMatch(/^\d+,\d\d$/);

  const waiting = world.entries.find(({ pendingUntilS }) => pendingUntilS !== null);
  const settlesS = waiting?.pendingUntilS ?? 0;
  clock.hold((settlesS - 1) * 1000);
  expect(find(waiting?.id, startS, endS).map((info) => info.transaction_status)).toEqual(['P']);
  clock.hold(null);
  expect(find(waiting?.id, startS, endS).map((info) => info.transaction_status)).toEqual(['S']);
  const total = rowVersions(world).filter(({ row }) => row.unreadable);
  expect(total).toHaveLength(world.odd.entries.length);
});

test('Square says that a dispute was won from the moment it was, and names no currency for what nobody can read', () => {
  const world = worldOf('square/jp', 'JPY');
  const ledger = squareLedger(world);
  const won = ledger.disputes.find(({ state }) => state === 'WON');
  if (won === undefined || won.wonMs === null) throw new Error('no dispute was won');
  expect(renderDispute(won, 'JPY', won.wonMs - 1)).toMatchObject({ state: 'EVIDENCE_REQUIRED' });
  expect(renderDispute(won, 'JPY', won.wonMs)).toMatchObject({
    state: 'WON',
    updated_at: new Date(won.wonMs).toISOString(),
  });
  const strange = ledger.payments.filter(({ unreadable }) => unreadable);
  expect(strange.map(({ id }) => id).sort()).toEqual(world.odd.entries.map(({ entry }) => entry.source?.id).sort());
  for (const payment of strange) {
    expect(renderPayment(payment, 'JPY', world.endMs)).toMatchObject({ total_money: { currency: 'ZZZ' } });
  }
});

test('one Square payout is less than its entries, by what the world kept back', () => {
  const world = worldOf('square/jp', 'JPY');
  const short = squareLedger(world).payouts.flatMap(({ id, amountMinor, entries }) => {
    const missing = entries.reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n) - amountMinor;
    return missing === 0n ? [] : [[id, missing]];
  });
  const told = world.situations.filter(({ level }) => level === 'settlement');
  expect(short).toEqual(told.map(({ rows, atRisk }) => [rows[0]?.externalId, atRisk?.minor]));
  expect(told).toHaveLength(1);
});

test('a settlement report holds the line that nobody can read where it is said to be', async () => {
  const world = worldOf('adyen/uk', 'GBP');
  const folder = await mkdtemp(join(tmpdir(), 'recon-reports-'));
  try {
    const places = await writeSettlementReports(world, folder);
    expect(places.size).toBe(world.odd.entries.length);
    for (const [id, place] of places) {
      const [file = '', line = ''] = place.split(' ');
      const text = (await readFile(join(folder, file), 'utf8')).split('\n')[Number(line) - 1];
      expect(text).toContain('"1.234,50"');
      expect(text).toContain(id.split(':')[1]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
