// Decides in which parts Square is read, and which part a shard's name means. The names are stable: a run that goes on
// after a restart finds its shards by them.
import { SourceRejected } from '../../errors.ts';
import type { ReadRequest, Shard } from '../source.ts';
import { ACTIVITY_VIEWS, type ActivityView } from './square-activity.ts';
import { SQUARE_SOURCE } from './square-session.ts';

export type SquarePart =
  | { readonly list: 'payments'; readonly locationId: string; readonly view: ActivityView }
  | { readonly list: 'refunds'; readonly view: ActivityView }
  | { readonly list: 'disputes' }
  | { readonly list: 'payouts'; readonly locationId: string };

/** Refunds and disputes are listed for all locations at once, payments and payouts only for the one that is named. */
export function squareShards(locationIds: readonly string[], { fromMs, toMs }: ReadRequest): Shard[] {
  const parts: SquarePart[] = [
    ...locationIds.flatMap((locationId) =>
      ACTIVITY_VIEWS.map((view) => ({ list: 'payments' as const, locationId, view })),
    ),
    ...ACTIVITY_VIEWS.map((view) => ({ list: 'refunds' as const, view })),
    { list: 'disputes' },
    ...locationIds.map((locationId) => ({ list: 'payouts' as const, locationId })),
  ];
  return parts.map((part) => ({ name: nameOf(part), fromMs, toMs }));
}

export function squarePart({ name }: Shard): SquarePart {
  const [list, first, second] = name.split('/');
  const part = partOf(list, first ?? '', second ?? '');
  if (part !== null && nameOf(part) === name) return part;
  throw new SourceRejected(
    SQUARE_SOURCE,
    `does not know the shard ${name}: it was planned by another version; start a new run`,
  );
}

function partOf(list: string | undefined, first: string, second: string): SquarePart | null {
  const view = ACTIVITY_VIEWS.find((known) => known === (list === 'payments' ? second : first));
  if (list === 'payments' && view !== undefined && first !== '') return { list, locationId: first, view };
  if (list === 'refunds' && view !== undefined) return { list, view };
  if (list === 'disputes') return { list };
  if (list === 'payouts' && first !== '') return { list, locationId: first };
  return null;
}

function nameOf(part: SquarePart): string {
  switch (part.list) {
    case 'payments':
      return `payments/${part.locationId}/${part.view}`;
    case 'refunds':
      return `refunds/${part.view}`;
    case 'disputes':
      return 'disputes';
    case 'payouts':
      return `payouts/${part.locationId}`;
  }
}
