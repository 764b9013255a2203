// A world behind what a company would really connect to, and the piece of recon.yaml that says so.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SETTLEMENT_MAPPING, writeSettlementReports } from './adyen/write-settlement-reports.ts';
import { startPayPalEmulator } from './paypal/start-paypal-emulator.ts';
import { startSquareEmulator } from './square/start-square-emulator.ts';
import { startStripeEmulator } from './stripe/start-stripe-emulator.ts';
import type { World } from './world/world.ts';

export interface EmulatedSource {
  /** The account's `source` in recon.yaml; secrets by the names of files in the folder `secrets`. */
  readonly config: object;
  readonly secrets: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function emulateStripe(world: World): Promise<EmulatedSource> {
  const key = 'rk_emulated';
  const emulator = await startStripeEmulator({ accounts: [{ world, keys: [{ key }] }] });
  return {
    config: { kind: 'stripe', key: 'file:secrets/stripe-key', baseUrl: urlOf(emulator) },
    secrets: { 'stripe-key': key },
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
    stop: () => emulator.stop(),
  };
}

export async function emulateSquare(world: World): Promise<EmulatedSource> {
  const token = 'EAAA_emulated';
  const emulator = await startSquareEmulator({ accounts: [{ world, tokens: [{ token }] }] });
  return {
    config: { kind: 'square', token: 'file:secrets/square-token', baseUrl: urlOf(emulator), requestsPerSecond: 50 },
    secrets: { 'square-token': token },
    stop: () => emulator.stop(),
  };
}

export async function emulateSettlementReports(world: World, folder: string): Promise<EmulatedSource> {
  await writeSettlementReports(world, join(folder, 'settlements'));
  await writeFile(join(folder, 'settlements.yaml'), stringify(SETTLEMENT_MAPPING));
  return {
    config: {
      kind: 'file',
      location: 'settlements',
      pattern: 'settlement_detail_report_*.csv',
      mapping: 'settlements.yaml',
    },
    secrets: {},
    stop: async () => undefined,
  };
}

function urlOf({ host, port }: { host: string; port: number }): string {
  return `http://${host}:${port}`;
}
