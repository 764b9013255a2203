// The deck that a world's residue is dealt from: each situation as often as it is common, then shuffled, so that even a small
// world has most of them.
import type { Random } from '../../sandbox/world/random.ts';
import { MANY_ROWS } from './many-rows.ts';
import type { Shop } from './shop.ts';
import type { WorldSituation } from './world-row.ts';
import { WRONG_ROWS } from './wrong-rows.ts';

const SITUATIONS = { ...WRONG_ROWS, ...MANY_ROWS };
/** Those not named are dealt once a deck. */
const TIMES_IN_DECK: Readonly<Record<string, number>> = {
  lost_webhook: 4,
  paid_says_only_the_shop: 2,
  paid_with_an_unknown_charge: 2,
  refund_not_booked_yet: 2,
  cents_off: 3,
  refunds_in_parts: 3,
  booked_by_shipment: 2,
  charged_twice: 2,
  no_key_but_the_amount: 3,
};

export const SITUATION_NAMES: readonly string[] = Object.keys(SITUATIONS);

/** Endless. */
export function* dealSituations(shop: Shop, random: Random): Generator<WorldSituation, never> {
  const deck = Object.entries(SITUATIONS).flatMap((entry) =>
    Array.from({ length: TIMES_IN_DECK[entry[0]] ?? 1 }, () => entry),
  );
  for (;;) {
    shuffle(deck, random);
    for (const [name, make] of deck) yield { name, rows: make(shop) };
  }
}

export function shuffle<T>(items: T[], random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last);
    const [one, two] = [items[last], items[other]];
    if (one === undefined || two === undefined) continue;
    items[last] = two;
    items[other] = one;
  }
}
