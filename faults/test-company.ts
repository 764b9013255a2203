// A company that sells through Stripe: what most tests need.
import type { Fault } from '../sandbox/stripe/fault.ts';
import { type StripeEmulator, startStripeEmulator } from '../sandbox/stripe/start-stripe-emulator.ts';
import { type Company, type CompanyBasics, openCompanyAt, secretName } from './company.ts';
import type { TestServers } from './test-servers.ts';

export interface CompanyOptions extends CompanyBasics {
  /** What the configuration holds; the emulator knows only the right one. */
  readonly stripeKey?: string;
  readonly faults?: readonly Fault[];
  readonly latencyMs?: number;
  readonly shard?: string;
  /** Far above what a test needs, unless the rate is what it is about. */
  readonly requestsPerSecond?: number;
}

export interface TestCompany extends Company {
  readonly emulator: StripeEmulator;
}

export const RIGHT_KEY = 'rk_test_reader_of_the_ledger_Wx4Q';
const REQUESTS_PER_SECOND = 1_000;

export function openCompany(servers: TestServers, options: CompanyOptions): Promise<TestCompany> {
  const { latencyMs, faults, shard, stripeKey = RIGHT_KEY, requestsPerSecond = REQUESTS_PER_SECOND } = options;
  return openCompanyAt(servers, options, async (world) => {
    const emulator = await startStripeEmulator({
      accounts: [{ world, keys: [{ key: RIGHT_KEY }] }],
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(faults === undefined ? {} : { faults }),
    });
    const key = secretName(options.account, 'key');
    return {
      emulator,
      source: {
        kind: 'stripe',
        key: `file:secrets/${key}`,
        baseUrl: `http://${emulator.host}:${emulator.port}`,
        requestsPerSecond,
        ...(shard === undefined ? {} : { shard }),
      },
      secrets: { [key]: stripeKey },
    };
  });
}
