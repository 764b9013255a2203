// The files of a world: which lines of one side stand in the file of a day, and in what order.
import type { World, WorldLine } from './worlds-for-tests.ts';

/** The lines of one side's file of a day. Line order is drawn, but lines of one id keep theirs: the last one counts. */
export function fileOf(
  world: World,
  side: WorldLine['side'],
  deliveredOn: number,
  isShuffled: boolean,
): WorldLine['record'][] {
  const lines = world.clusters.flat().filter((candidate) => candidate.side === side);
  const known = new Set(lines.filter((other) => other.deliveredOn !== deliveredOn).map((other) => other.record.id));
  const records = lines
    .filter((candidate) => candidate.deliveredOn === deliveredOn)
    .map((candidate) => candidate.record);
  // Of an id that comes on another day too, one line: whether a repeat in one file is a version depends on where the pages are cut.
  const once = records.filter(
    (record, at) => !known.has(record.id) || records.findIndex((other) => other.id === record.id) === at,
  );
  return isShuffled ? shuffledById(once, world.shuffleSeed) : once;
}

function shuffledById(records: WorldLine['record'][], seed: number): WorldLine['record'][] {
  let state = seed % 2_147_483_647;
  const order = new Map<unknown, number>();
  for (const { id } of records) {
    state = (state * 48_271 + 11) % 2_147_483_647;
    if (!order.has(id)) order.set(id, state);
  }
  return [...records].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}
