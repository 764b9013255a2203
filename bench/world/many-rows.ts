// Where more than two rows, or none of the usual keys, decide: refunds in parts, double charges, reversals, twins.
import { apart, matched, together } from './plain.ts';
import { notKeyless, type Shop } from './shop.ts';
import type { RowTruth } from './world-row.ts';

type Rows = readonly RowTruth[];

export const MANY_ROWS: Readonly<Record<string, (shop: Shop) => Rows>> = {
  refunds_in_parts: (shop) => refundsInParts(shop, 2, 0),
  refunds_in_three_parts: (shop) => refundsInParts(shop, 3, 0),
  refunds_in_parts_that_do_not_add_up: (shop) => refundsInParts(shop, 2, 500),
  paid_in_two_charges: (shop) => {
    const whole = shop.charge();
    const charges = shop.parts(whole.minor, 2).map((minor) => shop.charge({ ...shared(whole), minor }));
    return matched(...charges, shop.book(whole, { names: null, fee: null }));
  },
  booked_by_shipment: (shop) => {
    const row = shop.charge();
    const parts = shop.parts(row.minor, shop.random.between(2, 4));
    return matched(row, ...parts.map((minor) => shop.book(row, { minor, fee: null })));
  },
  charged_twice: (shop) => {
    const row = shop.charge();
    const again = shop.charge({ ...shared(row), minor: row.minor });
    return [...matched(row, shop.book(row)), ...apart('duplicate_processor', again)];
  },
  charged_twice_nobody_knows_which: (shop) => {
    const row = shop.charge();
    const again = shop.charge({ ...shared(row), minor: row.minor });
    return [...apart('duplicate_processor', row, again), ...apart('matched', shop.book(row, { names: null }))];
  },
  booked_twice: (shop) => {
    const row = shop.charge();
    const again = shop.book(row, { order: shop.newOrder() });
    return [...matched(row, shop.book(row)), ...apart('duplicate_internal', again)];
  },
  booked_twice_nobody_knows_which: (shop) => {
    const row = shop.charge();
    return [...apart('matched', row), ...apart('duplicate_internal', shop.book(row), shop.book(row))];
  },
  reversed_before_it_was_booked: (shop) => matched(...reversed(shop)),
  reversed_and_given_up: (shop) => {
    const [row, reversal] = reversed(shop);
    return matched(row, reversal, shop.book(row, { status: 'void' }));
  },
  reversed_and_both_booked: (shop) => {
    const [row, reversal] = reversed(shop);
    const record = shop.book(row);
    const undone = shop.book(reversal, { parent: record.id });
    return [...together(['matched'], [row, record]), ...together(['matched'], [reversal, undone], 'b')];
  },
  // Whether the two charges, which cancel, are part of the mismatch or explained is a matter of taste. The record is not.
  reversed_and_still_booked: (shop) => {
    const [row, reversal] = reversed(shop);
    const record = shop.book(row);
    return [
      { row, verdicts: ['matched', 'status_mismatch'], group: null },
      { row: reversal, verdicts: ['matched', 'status_mismatch'], group: null },
      { row: record, verdicts: ['status_mismatch'], group: null },
    ];
  },
  known_by_another_id: (shop) => {
    const row = shop.charge({ id: shop.random.stripeId('txn_', 24), alsoKnownAs: shop.random.stripeId('ch_', 24) });
    return matched(row, shop.book(row, { names: row.alsoKnownAs, order: null }));
  },
  sold_in_another_currency: (shop) => {
    const row = shop.charge({ currency: 'USD' });
    const presented = { minor: notKeyless(Math.round(row.minor * 0.92)), currency: 'EUR' };
    return matched({ ...row, presented }, shop.book(row, { ...presented, fee: null }));
  },
  same_basket_twice: (shop) => {
    const row = shop.charge();
    const { currency, minor, occurredAtMs } = row;
    const other = shop.charge({ currency, minor, occurredAtMs });
    return [...matched(row, shop.book(row)), ...together(['matched'], [other, shop.book(other)], 'b')];
  },
  no_key_but_the_amount: (shop) => {
    const row = keyless(shop);
    return matched(row, shop.book(row, { names: null }));
  },
  no_key_and_a_twin: (shop) => {
    const row = keyless(shop);
    const twin = shop.charge({ ...shared(row), minor: row.minor });
    const records = [row, twin].map((one) => shop.book(one, { names: null }));
    return apart('ambiguous', row, twin, ...records);
  },
  instalments_nobody_can_tell_apart: (shop) => {
    const row = shop.charge();
    const other = shop.charge({ ...shared(row), minor: row.minor });
    return apart('ambiguous', row, other, ...[row, other].map((one) => shop.book(one, { names: null })));
  },
  parts_that_fit_nobody: (shop) => {
    const whole = shop.charge();
    const [first, second] = [2, 3].map((count) => shop.parts(whole.minor, count)[0] ?? 0);
    const charges = [first, whole.minor].map((minor) => shop.charge({ ...shared(whole), minor: minor ?? 0 }));
    const records = [second, whole.minor + 700].map((minor) =>
      shop.book(whole, { minor: minor ?? 0, names: null, fee: null }),
    );
    return apart('ambiguous', ...charges, ...records);
  },
};

/** The payment of the same order is there, too: it must stay matched. */
function refundsInParts(shop: Shop, count: number, offBy: number): Rows {
  const payment = shop.charge();
  const refund = shop.refund({ ...shared(payment), parent: payment.id, minor: -Math.ceil(payment.minor / 2) });
  const parts = shop
    .parts(refund.minor, count)
    .map((minor) => shop.refund({ ...refund, id: shop.random.stripeId('re_', 24), minor }));
  const booked = shop.book(refund, { minor: refund.minor - offBy, names: null, fee: null });
  return [
    ...matched(payment, shop.book(payment)),
    ...together([offBy === 0 ? 'matched' : 'amount_mismatch'], [...parts, booked], 'b'),
  ];
}

function reversed(shop: Shop) {
  const row = shop.charge();
  const reversal = shop.charge({ ...shared(row), minor: -row.minor, fee: 0, reverses: true, parent: row.id });
  return [row, reversal] as const;
}

function keyless(shop: Shop) {
  return shop.charge({ order: null, minor: shop.keylessPrice(), currency: 'USD' });
}

/** What another row of the same order has in common with it. */
function shared({ order, currency, occurredAtMs }: { order: string | null; currency: string; occurredAtMs: number }) {
  return { order, currency, occurredAtMs };
}
