// A world behind what a company would really connect to, and the piece of recon.yaml that says so.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SETTLEMENT_MAPPING, writeSettlementReports } from './adyen/write-settlement-reports.ts';
import { startPayPalEmulator } from './paypal/start-paypal-emulator.ts';
import { type SquareLedger, squareLedger } from './square/square-ledger.ts';
import { startSquareEmulator } from './square/start-square-emulator.ts';
import { startStripeEmulator } from './stripe/start-stripe-emulator.ts';
import type { LedgerEntry, World } from './world/world.ts';

export interface EmulatedSource {
  /** The account's `source` in recon.yaml; secrets by the names of files in the folder `secrets`. */
  readonly config: object;
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the product says that a row stands which nobody can read, by the row's id. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Rows that it shows beside the ledger's, and that move nothing. */
  readonly besides: readonly ShownRow[];
  /** Has nothing newer than this, until it is told null. Only where the processor's data lags behind. */
  holdAt?(untilMs: number | null): void;
  stop(): Promise<void>;
}

export interface ShownRow {
  readonly externalId: string;
  readonly occurredAtMs: number;
}

export async function emulateStripe(world: World): Promise<EmulatedSource> {
  // Not one of a sandbox: what is a test in it says so.
  const key = 'rk_live_emulated';
  const emulator = await startStripeEmulator({ accounts: [{ world, keys: [{ key }] }] });
  return {
    config: { kind: 'stripe', key: 'file:secrets/stripe-key', baseUrl: urlOf(emulator) },
    secrets: { 'stripe-key': key },
    unreadable: unreadableOf(world, ({ id }) => id),
    besides: [],
    stop: () => emulator.stop(),
  };
}

export async function emulatePayPal(world: World): Promise<EmulatedSource> {
  const credentials = { clientId: 'emulated-client', clientSecret: 'emulated-secret' };
  const emulator = await startPayPalEmulator({ accounts: [{ world, credentials: [credentials] }] });
  return {
    config: {
      kind: 'paypal',
      clientId: 'file:secrets/paypal-client-id',
      clientSecret: 'file:secrets/paypal-client-secret',
      baseUrl: urlOf(emulator),
      // What is emulated bears more than what PayPal is believed to.
      requestsPerSecond: 50,
    },
    secrets: { 'paypal-client-id': credentials.clientId, 'paypal-client-secret': credentials.clientSecret },
    unreadable: unreadableOf(world, ({ id }) => id.split(':')[0] ?? ''),
    // Authorisations are there as well, but nobody asks for them.
    besides: [],
    holdAt: (untilMs) => emulator.holdRefreshAt(untilMs),
    stop: () => emulator.stop(),
  };
}

export async function emulateSquare(world: World): Promise<EmulatedSource> {
  const token = 'EAAA_emulated';
  const emulator = await startSquareEmulator({ accounts: [{ world, tokens: [{ token }] }] });
  return {
    config: { kind: 'square', token: 'file:secrets/square-token', baseUrl: urlOf(emulator), requestsPerSecond: 50 },
    secrets: { 'square-token': token },
    unreadable: unreadableOf(world, ({ source, id }) => source?.id ?? id),
    besides: movesNothing(squareLedger(world)),
    stop: () => emulator.stop(),
  };
}

export async function emulateSettlementReports(world: World, folder: string): Promise<EmulatedSource> {
  const unreadable = await writeSettlementReports(world, join(folder, 'settlements'));
  await writeFile(join(folder, 'settlements.yaml'), stringify(SETTLEMENT_MAPPING));
  return {
    config: {
      kind: 'file',
      location: 'settlements',
      pattern: 'settlement_detail_report_*.csv',
      mapping: 'settlements.yaml',
    },
    secrets: {},
    unreadable,
    besides: [],
    stop: async () => undefined,
  };
}

function unreadableOf(world: World, position: (entry: LedgerEntry) => string): ReadonlyMap<string, string> {
  return new Map(
    world.odd.entries.flatMap(({ entry, how }) => (how === 'unreadable' ? [[entry.id, position(entry)] as const] : [])),
  );
}

/** Authorisations that were let go, cash in the till, and inquiries. */
function movesNothing({ payments, disputes }: SquareLedger): readonly ShownRow[] {
  return [
    ...payments.filter(({ status, sourceType }) => status === 'CANCELED' || sourceType === 'CASH'),
    ...disputes.filter(({ state }) => state === 'INQUIRY_EVIDENCE_REQUIRED'),
  ].map(({ id, createdMs }) => ({ externalId: id, occurredAtMs: createdMs }));
}

function urlOf({ host, port }: { host: string; port: number }): string {
  return `http://${host}:${port}`;
}
