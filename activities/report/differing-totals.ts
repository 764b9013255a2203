// Decides where the totals of a list that was read differ from those that it should have, and names each place. Pure.
import type { ListTotal } from './read-list.ts';

export function differingTotals(
  read: ReadonlyMap<string, ListTotal>,
  said: ReadonlyMap<string, ListTotal>,
  isSumKnown: (key: string) => boolean = () => true,
): string[] {
  return [...new Set([...said.keys(), ...read.keys()])].flatMap((key) => {
    const there = read.get(key);
    const meant = said.get(key);
    if (there?.count !== meant?.count) return [`${key}: ${there?.count ?? 0} instead of ${meant?.count ?? 0}`];
    if (there?.amountMinor === meant?.amountMinor || !isSumKnown(key)) return [];
    return [`${key}: the sums differ`];
  });
}
