// What most of a day is: one movement, one record of it, everything equal.
import type { Shop } from './shop.ts';
import type { RowTruth, WorldRow, WorldSituation } from './world-row.ts';

const REFUND_PERCENT = 6;
const BY_ORDER_PERCENT = 12;
const FEE_BOOKED_PERCENT = 70;

export function plainPair(shop: Shop): WorldSituation {
  const { random } = shop;
  const row = random.chance(REFUND_PERCENT) ? shop.refund() : shop.charge();
  const record = shop.book(row, {
    ...(random.chance(BY_ORDER_PERCENT) ? { names: null } : {}),
    ...(random.chance(FEE_BOOKED_PERCENT) ? {} : { fee: null }),
  });
  return { name: 'plain', rows: matched(row, record) };
}

/** Rows that explain each other. */
export function matched(...rows: readonly WorldRow[]): RowTruth[] {
  return together(['matched'], rows);
}

/** Rows that belong together and say so, whatever differs between them. */
export function together(verdicts: RowTruth['verdicts'], rows: readonly WorldRow[], group = 'a'): RowTruth[] {
  return rows.map((row) => ({ row, verdicts, group }));
}

/** Rows that stand alone, or that nothing tells apart. */
export function apart(verdict: RowTruth['verdicts'][0], ...rows: readonly WorldRow[]): RowTruth[] {
  return rows.map((row) => ({ row, verdicts: [verdict], group: null }));
}
