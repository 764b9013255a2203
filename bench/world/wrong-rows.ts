// What is wrong with one row or one pair: not there, not there yet, or another amount, currency, kind, status or fee.

import type { Verdict } from '../../domain/vocabulary.ts';
import { apart, together } from './plain.ts';
import { notKeyless, type Shop } from './shop.ts';
import type { RowTruth, WorldInternalRow, WorldProcessorRow } from './world-row.ts';

type Rows = readonly RowTruth[];
type Lie = Partial<Omit<WorldInternalRow, 'side'>>;

const BY_ORDER_PERCENT = 50;

export const WRONG_ROWS: Readonly<Record<string, (shop: Shop) => Rows>> = {
  lost_webhook: (shop) => apart('missing_internal', shop.charge()),
  lost_webhook_in_the_dashboard: (shop) =>
    apart('missing_internal', shop.charge({ order: null, minor: shop.keylessPrice(), currency: 'USD' })),
  paid_says_only_the_shop: (shop) => apart('missing_processor', shop.record()),
  paid_with_an_unknown_charge: (shop) =>
    apart('missing_processor', shop.record({ names: shop.random.stripeId('ch_', 24) })),
  refund_not_booked_yet: (shop) => apart('pending_timing', shop.refund()),
  refund_on_its_way: (shop) => {
    const row = shop.refund({ status: 'pending' });
    return apart('pending_timing', row, shop.book(row, { status: 'settled' }));
  },
  cents_off: (shop) => {
    const row = shop.charge();
    const cents = shop.random.between(2, 99) * (shop.random.chance(50) ? 1 : -1);
    return wrong(shop, 'amount_mismatch', row, { minor: notKeyless(row.minor + cents) });
  },
  cents_off_by_order: (shop) => {
    const row = shop.charge();
    return wrong(shop, 'amount_mismatch', row, { minor: notKeyless(row.minor + 100), names: null });
  },
  yen_with_decimals: (shop) => {
    const row = shop.charge({ currency: 'JPY' });
    return wrong(shop, 'amount_mismatch', row, { minor: row.minor * 100, fee: null });
  },
  dollars_of_another_country: (shop) =>
    wrong(shop, 'currency_mismatch', shop.charge({ currency: 'USD' }), { currency: 'CAD' }),
  refund_booked_as_dispute: (shop) => wrong(shop, 'kind_mismatch', shop.refund(), { kind: 'dispute', order: null }),
  given_up_by_the_shop: (shop) => wrong(shop, 'status_mismatch', shop.charge(), { status: 'void' }),
  voided_but_booked: (shop) => wrong(shop, 'status_mismatch', shop.charge({ status: 'void' }), { status: 'settled' }),
  fee_without_its_fixed_part: (shop) => {
    const row = shop.charge();
    return wrong(shop, 'fee_mismatch', row, { fee: (row.fee ?? 0) - 30 });
  },
  test_payment: (shop) => apart('ignored', shop.charge({ testMode: true })),
  coupon_of_everything: (shop) => apart('ignored', shop.record({ minor: 0 })),
};

function wrong(shop: Shop, verdict: Verdict, row: WorldProcessorRow, lie: Lie): Rows {
  const byOrder = verdict !== 'kind_mismatch' && shop.random.chance(BY_ORDER_PERCENT) ? { names: null } : {};
  return together([verdict], [row, shop.book(row, { ...byOrder, ...lie })]);
}
