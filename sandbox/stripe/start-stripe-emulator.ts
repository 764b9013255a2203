// Stripe's API on a loopback port, for the official SDK: seeded worlds, real paging and errors, scripted faults. Never part of the
// product; it holds no state but its worlds and a bounded log of who asked what.
import { type EmulatorOptions, type EmulatorServer, startEmulatorServer } from '../http/start-emulator-server.ts';
import type { World } from '../world/world.ts';
import { answerRequest, type KeyHolder } from './answer-request.ts';
import { EmulatedAccount } from './emulated-account.ts';
import type { FaultAnswer } from './fault.ts';
import type { StripeKey } from './permissions.ts';
import { decideReply } from './reply.ts';

/** What an account answers with when a request pins no version. */
const API_VERSION = '2026-10-28.endive';

export interface StripeEmulatorOptions extends EmulatorOptions<FaultAnswer> {
  readonly accounts: readonly {
    readonly world: World;
    readonly keys: readonly StripeKey[];
    /** Accounts that these keys may also ask about, by header. */
    readonly connected?: readonly World[];
  }[];
  /** Epoch milliseconds; decides what is listable yet, available yet, paid yet. */
  readonly clock?: () => number;
}

/** What the log holds of a request beside what every emulator's does. */
interface Note {
  readonly requestId: string;
  /** The version the request pinned. */
  readonly apiVersion: string | undefined;
  /** The connected account it named. */
  readonly stripeAccount: string | undefined;
}

export type StripeEmulator = EmulatorServer<FaultAnswer, Note>;

export async function startStripeEmulator(options: StripeEmulatorOptions): Promise<StripeEmulator> {
  const holders = keyHolders(options);
  const clock = options.clock ?? Date.now;
  return startEmulatorServer('Stripe', options, ({ number, method, path, query, headers }, fault) => {
    const requestId = `req_${number.toString(36).padStart(14, '0')}`;
    const { authorization } = headers;
    const stripeAccount = headers['stripe-account']?.toString();
    const apiVersion = headers['stripe-version']?.toString();
    const reply = decideReply(fault, requestId, () => {
      const question = { method, path, query, authorization, stripeAccount };
      return answerRequest(question, holders, Math.floor(clock() / 1000));
    });
    return {
      reply,
      headers: { 'Request-Id': requestId, 'Stripe-Version': apiVersion ?? API_VERSION },
      note: { requestId, apiVersion, stripeAccount },
    };
  });
}

function keyHolders({ accounts }: StripeEmulatorOptions): Map<string, KeyHolder> {
  const holders = new Map<string, KeyHolder>();
  for (const { world, keys, connected = [] } of accounts) {
    const shared = {
      account: new EmulatedAccount(world),
      connected: connected.map((other) => new EmulatedAccount(other)),
    };
    for (const key of keys) holders.set(key.key, { ...shared, key });
  }
  return holders;
}
