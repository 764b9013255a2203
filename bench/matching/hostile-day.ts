// The day that breaks engines: a heap of equal amounts without a key, one key on thousands of rows, and thousands of items that
// earlier days left open, of which a few are settled now.
import { apart, matched } from '../world/plain.ts';
import type { Shop } from '../world/shop.ts';
import type { RowTruth, WorldSituation } from '../world/world-row.ts';
import { WORLD_DATE } from '../world/write-world.ts';

export interface HostileSize {
  readonly equalAmounts: number;
  readonly rowsOfOneKey: number;
  readonly openBefore: number;
}

const DAY_MS = 86_400_000;
export const DAY_BEFORE = new Date(Date.parse(WORLD_DATE) - DAY_MS).toISOString().slice(0, 10);
const SETTLED_LATE_EVERY = 10;
const LOST_EVERY = 4;

export function hostileDay(size: HostileSize): (shop: Shop) => Iterable<WorldSituation> {
  return (shop) => [
    { name: 'hostile_equal_amounts', rows: equalAmounts(shop, size.equalAmounts) },
    { name: 'hostile_one_key', rows: oneKey(shop, size.rowsOfOneKey) },
    { name: 'hostile_one_parent', rows: oneParent(shop, size.rowsOfOneKey) },
    ...openBefore(shop, size.openBefore),
  ];
}

/** So many a side, of two days, and nothing that tells them apart. */
function equalAmounts(shop: Shop, count: number): RowTruth[] {
  const minor = shop.keylessPrice();
  return Array.from({ length: count }, (_, at) => {
    const today = shop.charge({ order: null, minor, currency: 'USD' });
    const row = { ...today, occurredAtMs: today.occurredAtMs - (at % 2) * DAY_MS };
    return apart('ambiguous', row, shop.book(row, { names: null }));
  }).flat();
}

/**
 * A key that stands everywhere is no evidence: half of the rows are named by their id, of the others there is no record. Every
 * fourth record names an id that nobody has, under the same key.
 */
function oneKey(shop: Shop, count: number): RowTruth[] {
  const order = shop.newOrder();
  return Array.from({ length: count }, (_, at) => {
    const row = shop.charge({ order });
    if (at % 2 === 0) return matched(row, shop.book(row)).map((truth) => ({ ...truth, group: String(at) }));
    if (at % LOST_EVERY > 1) return apart('missing_internal', row);
    const lost = shop.record({ order, names: shop.random.stripeId('ch_', 24) });
    return [...apart('missing_internal', row), ...apart('missing_processor', lost)];
  }).flat();
}

/** A parent that stands everywhere says as little: half of its rows are booked, the others reverse none of them. */
function oneParent(shop: Shop, count: number): RowTruth[] {
  const parent = shop.random.stripeId('ch_', 24);
  return Array.from({ length: count }, (_, at) => {
    const row = shop.charge({ parent });
    if (at % 2 === 0) return matched(row, shop.book(row)).map((truth) => ({ ...truth, group: String(at) }));
    return apart('missing_internal', { ...row, minor: -row.minor, reverses: true });
  }).flat();
}

function openBefore(shop: Shop, count: number): WorldSituation[] {
  return Array.from({ length: count }, (_, at) => {
    if (at % 2 === 1) {
      const record = shop.record();
      const earlier = { ...record, occurredAtMs: record.occurredAtMs - DAY_MS };
      return { name: 'hostile_booked_before', rows: apart('missing_processor', earlier) };
    }
    const today = shop.charge();
    const row = { ...today, occurredAtMs: today.occurredAtMs - DAY_MS };
    if (at % SETTLED_LATE_EVERY > 0) return { name: 'hostile_charged_before', rows: apart('missing_internal', row) };
    return { name: 'hostile_settled_late', rows: matched(row, shop.book(today)) };
  });
}
