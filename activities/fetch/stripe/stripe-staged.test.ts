// Stripe's payouts from the API into the stage, through the activities themselves: each adds up to zero with what it paid out.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StripeEmulator, startStripeEmulator } from '../../../sandbox/stripe/start-stripe-emulator.ts';
import { situationsForTests } from '../../reconcile/situations-for-tests.ts';
import { askRows } from '../../stage/open-batch-for-tests.ts';
import { clock, KEY, stripeSourceAt, world } from './stripe-for-tests.ts';

const { started } = situationsForTests();

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator({ accounts: [{ world, keys: [{ key: KEY }] }], clock });
});
afterAll(() => emulator.stop());

const PAYOUTS = `
  select e.payout_id, count(*)::int as members, (sum(e.net) + min(p.net))::text as remainder,
         count(*) filter (where t.row_id is null or t.net <> e.net)::int as unknown
  from payout_entries e
  join processor_transactions p on p.account_id = e.account_id and p.payout_id = e.payout_id and p.kind = 'payout'
  left join processor_transactions t on t.account_id = e.account_id and t.external_id = e.external_id
  where e.account_id = (select account_id from accounts where account = $1)
  group by e.payout_id`;

test('what a payout paid out stands beside the rows, adds up with the payout’s own, and a re-run adds nothing', async () => {
  const { engine, database } = started();
  const account = engine.accountOf('stripe/us', {
    zone: world.zone,
    trailingDays: 1,
    source: stripeSourceAt(emulator),
  });
  const fetchDay = async () => {
    const run = await account.openDay({ date: world.lastDate, processor: [], internal: [] });
    await run.stageSide('processor');
    await run.stageSide('internal');
    await run.decide();
    return askRows(database.url, PAYOUTS, ['stripe/us']);
  };
  const first = await fetchDay();
  const members = world.entries.filter(({ payoutId, movement }) => payoutId !== null && movement !== 'payout');
  expect(first).toEqual(
    world.payouts.map(({ id }) => ({ payout_id: id, members: members.length, remainder: '0', unknown: 0 })),
  );
  expect(await fetchDay()).toEqual(first);
});
