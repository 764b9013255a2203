// Names the places that a seller has, also the closed ones: their payments of last week still change. Nothing of a place
// but its id is looked at.
import { z } from 'zod';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';

export interface SquareLocations {
  readonly ids: readonly string[];
  readonly merchantId: string | null;
}

// Three shards each; a plan may have 500.
const LOCATIONS_MAX = 160;

const listSchema = z.object({
  errors: z.array(z.unknown()).max(0).nullish(),
  locations: z.array(z.object({ id: z.string().regex(/^[\w-]+$/), merchantId: z.string().nullish() })).min(1),
});

export async function squareLocations(session: SquareSession): Promise<SquareLocations> {
  const answer: unknown = await session.request('MERCHANT_PROFILE_READ', (client) => client.locations.list());
  const result = listSchema.safeParse(answer);
  if (!result.success) {
    throw new SourceUnavailable(SQUARE_SOURCE, 'gave an answer that is not a list of locations');
  }
  const { locations } = result.data;
  if (locations.length > LOCATIONS_MAX) {
    throw new SourceRejected(SQUARE_SOURCE, `has more than ${LOCATIONS_MAX} locations, which is our limit per account`);
  }
  return { ids: [...new Set(locations.map(({ id }) => id))].sort(), merchantId: locations[0]?.merchantId ?? null };
}
