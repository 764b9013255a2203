// Asks Square once for each thing that a run will need, and says everything that is missing at once. Changes nothing.
import { AuthRejected } from '../../errors.ts';
import { readInstantMs } from '../row/instant.ts';
import { type SquarePermission, SquarePermissionMissing } from './square-error.ts';
import { checkedAnswer, type SquareAnswer } from './square-list.ts';
import { type SquareLocations, squareLocations } from './square-locations.ts';
import { SQUARE_SOURCE, type SquareSession } from './square-session.ts';

// The latest payment of a few places is proof enough.
const LOCATIONS_ASKED_MAX = 10;

export async function probeSquare(session: SquareSession, account: string): Promise<{ detail: string }> {
  const missing: SquarePermission[] = [];
  const locations = await unlessMissing(missing, () => squareLocations(session));
  const latest = await unlessMissing(missing, () => latestPayment(session, locations));
  await unlessMissing(missing, () =>
    session.request('PAYOUTS_READ', async (client) => checkedAnswer(await client.payouts.list({ limit: 1 }), null)),
  );
  await unlessMissing(missing, () =>
    session.request('DISPUTES_READ', async (client) => checkedAnswer(await client.disputes.list({}), null)),
  );
  if (missing.length > 0 || locations === null) {
    throw new AuthRejected(SQUARE_SOURCE, `lacks permissions for ${account}: grant ${missing.join(', ')}`);
  }
  const places = `${locations.ids.length} location${locations.ids.length === 1 ? '' : 's'}`;
  const seen = latest === null ? 'no payment yet' : `latest payment ${latest}`;
  return { detail: `answers as ${locations.merchantId ?? 'a merchant without an id'} with ${places}, ${seen}` };
}

async function unlessMissing<T>(missing: SquarePermission[], ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SquarePermissionMissing)) throw error;
    missing.push(error.permission);
    return null;
  }
}

async function latestPayment(session: SquareSession, locations: SquareLocations | null): Promise<string | null> {
  let latestMs: number | null = null;
  // Without a list of places the main one still shows whether payments may be read.
  const asked =
    locations === null ? [{}] : locations.ids.slice(0, LOCATIONS_ASKED_MAX).map((locationId) => ({ locationId }));
  for (const place of asked) {
    const answer: SquareAnswer = await session.request('PAYMENTS_READ', (client) =>
      client.payments.list({ ...place, limit: 1, sortField: 'CREATED_AT', sortOrder: 'DESC' }),
    );
    const createdAt = checkedAnswer(answer, null).items[0]?.createdAt;
    if (typeof createdAt === 'string') latestMs = Math.max(latestMs ?? 0, readInstantMs(createdAt, 'created_at'));
  }
  return latestMs === null ? null : new Date(latestMs).toISOString();
}
