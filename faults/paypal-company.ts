// A company that sells through PayPal, whose data reaches as far as the test says.
import { type PayPalEmulator, startPayPalEmulator } from '../sandbox/paypal/start-paypal-emulator.ts';
import { type Company, type CompanyBasics, openCompanyAt, secretName } from './company.ts';
import type { TestServers } from './test-servers.ts';

export interface PayPalCompanyOptions extends CompanyBasics {
  /** What PayPal takes for now. */
  readonly clock?: () => number;
  /** Where its data stands still; default: it follows the clock. */
  readonly refreshedUntilMs?: number;
}

export interface PayPalCompany extends Company {
  readonly emulator: PayPalEmulator;
}

const CREDENTIALS = { clientId: 'client-of-the-ledger', clientSecret: 'secret-of-the-ledger' };
const REQUESTS_PER_SECOND = 1_000;

export function openPayPalCompany(servers: TestServers, options: PayPalCompanyOptions): Promise<PayPalCompany> {
  return openCompanyAt(servers, options, async (world) => {
    const { clock, refreshedUntilMs } = options;
    const accounts = [{ world, credentials: [CREDENTIALS] }];
    const emulator = await startPayPalEmulator({
      accounts,
      ...(clock === undefined ? {} : { clock }),
      ...(refreshedUntilMs === undefined ? {} : { refreshedUntilMs }),
    });
    const [clientId, clientSecret] = [secretName(options.account, 'id'), secretName(options.account, 'secret')];
    return {
      emulator,
      source: {
        kind: 'paypal',
        clientId: `file:secrets/${clientId}`,
        clientSecret: `file:secrets/${clientSecret}`,
        baseUrl: `http://${emulator.host}:${emulator.port}`,
        requestsPerSecond: REQUESTS_PER_SECOND,
      },
      secrets: { [clientId]: CREDENTIALS.clientId, [clientSecret]: CREDENTIALS.clientSecret },
    };
  });
}
