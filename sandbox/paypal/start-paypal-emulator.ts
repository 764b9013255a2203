// PayPal's API on a loopback port: tokens, Transaction Search and balances over seeded worlds, scripted faults. Never part of the product;
// beside its worlds it holds tokens, updates that a test made, and a bounded log of who asked what.
import { type EmulatorOptions, type EmulatorServer, startEmulatorServer } from '../http/start-emulator-server.ts';
import type { World } from '../world/world.ts';
import { answerRequest, type House } from './answer-request.ts';
import { EmulatedAccount, MAXIMUM_ITEMS } from './emulated-account.ts';
import type { FaultAnswer } from './fault.ts';
import type { RowChange } from './paypal-row.ts';
import { REFRESH_LAG_MS, RefreshClock } from './refresh-clock.ts';
import { decideReply } from './reply.ts';
import { type PayPalCredential, TOKEN_LIFE_MS, TokenOffice } from './token-office.ts';

const HOUR_MS = 3_600_000;

export interface PayPalEmulatorOptions extends EmulatorOptions<FaultAnswer> {
  readonly accounts: readonly { readonly world: World; readonly credentials: readonly PayPalCredential[] }[];
  /** Epoch milliseconds; decides what is loaded yet and which token lives. */
  readonly clock?: () => number;
  /** How far the data lags behind, before it is floored to the hour; default: 2 h. */
  readonly refreshLagMs?: number;
  /** Holds the data at this moment from the start. */
  readonly refreshedUntilMs?: number;
  /** Default: 9 h. */
  readonly tokenLifeMs?: number;
  /** How many rows a search may select; default: 10,000. */
  readonly maximumItems?: number;
}

/** What the log holds of a request beside what every emulator's does. */
interface Note {
  readonly debugId: string;
}

export interface PayPalEmulator extends EmulatorServer<FaultAnswer, Note> {
  /** The moment up to which the data is loaded, in whole seconds. */
  refreshedUntilMs(): number;
  /** Holds it there; null lets it follow the clock again. */
  holdRefreshAt(untilMs: number | null): void;
  /**
   * Changes a row: from `updatedS` on it is found there, and nowhere else.
   * @param id as a world's entries have it: transactionId:eventCode:currency.
   */
  updateRow(id: string, change: RowChange): void;
  /** Takes the validity from every token given out so far. */
  revokeTokens(): void;
}

export async function startPayPalEmulator(options: PayPalEmulatorOptions): Promise<PayPalEmulator> {
  const refresh = new RefreshClock(
    options.clock ?? Date.now,
    options.refreshLagMs ?? REFRESH_LAG_MS,
    options.refreshedUntilMs ?? null,
  );
  const { house, accounts } = openHouse(options, refresh);
  const server = await startEmulatorServer<FaultAnswer, Note>('PayPal', options, (request, fault) => {
    const debugId = `f${request.number.toString(16).padStart(12, '0')}`;
    if (fault?.kind === 'refreshed') refresh.hold(refresh.refreshedS() * 1000 + (fault.byMs ?? HOUR_MS));
    if (fault?.kind === 'tokens_revoked') house.tokens.forget();
    const pageGiven = fault?.kind === 'page_repeated' ? (asked: number) => Math.max(1, asked - 1) : undefined;
    const { headers, method, path, query, body } = request;
    const { authorization } = headers;
    const url = `http://${headers.host}${path}?${query}`;
    const question = { method, path, query, authorization, body, url };
    const reply = decideReply(fault, debugId, () => answerRequest(question, house, pageGiven));
    return { reply, headers: { 'Paypal-Debug-Id': debugId }, note: { debugId } };
  });
  return {
    ...server,
    refreshedUntilMs: () => refresh.refreshedS() * 1000,
    holdRefreshAt: (untilMs) => refresh.hold(untilMs),
    updateRow: (id, change) => {
      if (accounts.some((account) => account.update(id, change))) return;
      throw new RangeError(`no row ${id}: give transactionId:eventCode:currency of a row`);
    },
    revokeTokens: () => house.tokens.forget(),
  };
}

function openHouse(
  options: PayPalEmulatorOptions,
  refresh: RefreshClock,
): { house: House; accounts: readonly EmulatedAccount[] } {
  const accountOf = new Map<string, EmulatedAccount>();
  const accounts = options.accounts.map(({ world, credentials }) => {
    const account = new EmulatedAccount(world, refresh, options.maximumItems ?? MAXIMUM_ITEMS);
    for (const { clientId } of credentials) accountOf.set(clientId, account);
    return account;
  });
  const credentials = options.accounts.flatMap((account) => account.credentials);
  const tokens = new TokenOffice(credentials, options.tokenLifeMs ?? TOKEN_LIFE_MS);
  return { house: { tokens, accountOf, nowMs: () => refresh.nowMs() }, accounts };
}
