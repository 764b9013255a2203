// Square's API on a loopback port, for the official SDK: seeded worlds, cursors that expire, fees that come late, scripted faults.
// Never part of the product.
import { type EmulatorOptions, type EmulatorServer, startEmulatorServer } from '../http/start-emulator-server.ts';
import type { World } from '../world/world.ts';
import { answerSquare, type SquareToken, type TokenHolder } from './answer-request.ts';
import { EmulatedSquareAccount } from './emulated-account.ts';
import { decideReply, type SquareFault } from './fault.ts';

/** What an application answers with when a request pins no version. */
const SQUARE_VERSION = '2026-09-16';
// Square staff speak of 15 minutes, extended at each use (developer forum 2950).
const CURSOR_LIFE_MS = 15 * 60_000;

export interface SquareEmulatorOptions extends EmulatorOptions<SquareFault> {
  readonly accounts: readonly { readonly world: World; readonly tokens: readonly SquareToken[] }[];
  /** Epoch milliseconds; decides what is listable yet, which fees are known yet, which cursors are dead. */
  readonly clock?: () => number;
  readonly cursorLifeMs?: number;
  readonly shortPages?: boolean;
}

export interface SquareEmulator extends EmulatorServer<SquareFault, { readonly version: string | undefined }> {
  /** Something happens to a payment at that time: its updated_at moves, whoever is paging at the moment. */
  touchPayment(id: string, atMs: number): void;
}

export async function startSquareEmulator(options: SquareEmulatorOptions): Promise<SquareEmulator> {
  const { cursorLifeMs = CURSOR_LIFE_MS, shortPages = false, clock = Date.now } = options;
  const holders = new Map<string, TokenHolder>();
  const accounts = options.accounts.map(({ world, tokens }) => {
    const account = new EmulatedSquareAccount(world, { cursorLifeMs, shortPages });
    for (const token of tokens) holders.set(token.token, { account, token });
    return account;
  });
  const server = await startEmulatorServer<SquareFault, { readonly version: string | undefined }>(
    'Square',
    options,
    ({ method, path, query, headers }, fault) => {
      const version = headers['square-version']?.toString();
      const question = { method, path, query, authorization: headers.authorization, version };
      return {
        reply: decideReply(fault, () => answerSquare(question, holders, clock())),
        headers: { 'Square-Version': version ?? SQUARE_VERSION },
        note: { version },
      };
    },
  );
  return {
    ...server,
    touchPayment: (id, atMs) => {
      for (const account of accounts) account.touchPayment(id, atMs);
    },
  };
}
