// Which pages a second reader asked for although a first one had asked for them already. Pure.
import { z } from 'zod';

/** One page of a list that was asked for: a query without its place in the list, and the place. */
export const pageReadSchema = z.object({ list: z.string(), page: z.string() });
export type PageRead = z.infer<typeof pageReadSchema>;

export interface PagesTwice {
  /** The most of any one list. */
  readonly ofOneList: number;
  readonly ofAllLists: number;
}

export function pagesTwice(first: readonly PageRead[], second: readonly PageRead[]): PagesTwice {
  const known = new Set(first.map(keyOf));
  const again = new Map(second.filter((read) => known.has(keyOf(read))).map((read) => [keyOf(read), read.list]));
  const lists = Map.groupBy(again.values(), (list) => list);
  return {
    ofOneList: Math.max(0, ...[...lists.values()].map((pages) => pages.length)),
    ofAllLists: again.size,
  };
}

function keyOf({ list, page }: PageRead): string {
  return JSON.stringify([list, page]);
}
