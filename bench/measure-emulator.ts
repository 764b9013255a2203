// An emulated processor in a process of its own, so that its world is not in the measured memory. Told what it is in one
// JSON argument; says where it listens; answers any message with what was asked of it since the last one; ends with its parent.
import { z } from 'zod';
import { startPayPalEmulator } from '../sandbox/paypal/start-paypal-emulator.ts';
import { startSquareEmulator } from '../sandbox/square/start-square-emulator.ts';
import { startStripeEmulator } from '../sandbox/stripe/start-stripe-emulator.ts';
import type { World } from '../sandbox/world/world.ts';
import { BENCH_NOW_MS, benchWorld } from './bench-day.ts';
import { EMULATED_KINDS, EMULATED_SECRET, type EmulatorReady } from './emulated.ts';
import { fewestRequests, type ListSize, paypalLists, squareLists, stripeLists } from './fewest-requests.ts';
import type { RequestLog } from './open-source.ts';

const specSchema = z.object({ kind: z.enum(EMULATED_KINDS), account: z.string(), rows: z.int(), latencyMs: z.int() });
type Spec = z.infer<typeof specSchema>;

interface Started {
  readonly host: string;
  readonly port: number;
  requests(): readonly { method: string; path: string; query: URLSearchParams; status: number }[];
}

/** What is read page by page, and the parameter that names the page. */
const PAGED = {
  stripe: { path: /^\/v1\/(balance_transactions|payouts)$/, place: 'starting_after' },
  paypal: { path: /^\/v1\/reporting\/transactions$/, place: 'page' },
  square: { path: /^\/v2\/(payments|refunds|disputes|payouts|payouts\/[^/]+\/payout-entries)$/, place: 'cursor' },
} as const;
const LISTS: Record<Spec['kind'], (world: World) => ListSize[]> = {
  stripe: stripeLists,
  paypal: paypalLists,
  square: squareLists,
};

const spec = specSchema.parse(JSON.parse(process.argv[2] ?? ''));
const world = benchWorld(spec.account, spec.rows);
const emulator = await start(spec, world);
let told = 0;
process.on('message', () => process.send?.(logSince(emulator, spec)));
process.once('disconnect', () => process.exit());
process.send?.({
  url: `http://${emulator.host}:${emulator.port}`,
  requestsMin: fewestRequests(LISTS[spec.kind](world)),
} satisfies EmulatorReady);

function start({ kind, latencyMs }: Spec, world: World): Promise<Started> {
  const options = { latencyMs, clock: () => BENCH_NOW_MS };
  const secret = EMULATED_SECRET;
  switch (kind) {
    case 'stripe':
      return startStripeEmulator({ ...options, accounts: [{ world, keys: [{ key: secret }] }] });
    case 'paypal': {
      const credentials = [{ clientId: secret, clientSecret: secret }];
      return startPayPalEmulator({ ...options, accounts: [{ world, credentials }] });
    }
    case 'square':
      return startSquareEmulator({ ...options, accounts: [{ world, tokens: [{ token: secret }] }] });
  }
}

function logSince({ requests }: Started, { kind }: Spec): RequestLog {
  const asked = requests().slice(told);
  told += asked.length;
  const { path: paged, place } = PAGED[kind];
  const pages = asked
    .filter(({ method, path, status }) => method === 'GET' && paged.test(path) && status === 200)
    .map(({ path, query }) => {
      const list = new URLSearchParams(query);
      list.delete(place);
      return { list: `${path}?${list}`, page: query.get(place) ?? '' };
    });
  return { requests: asked.length, pages };
}
