// A PayPal emulator over a small world, asked as curl asks, so that no client's habits hide anything.
import { generateWorld } from '../world/generate-world.ts';
import type { World } from '../world/world.ts';
import { type PayPalEmulator, type PayPalEmulatorOptions, startPayPalEmulator } from './start-paypal-emulator.ts';

export const CREDENTIAL = { clientId: 'client-of-the-tests', clientSecret: 'secret-of-the-tests' } as const;
const DAY_MS = 86_400_000;

export const world: World = generateWorld({
  seed: 5,
  account: 'paypal/eu',
  currency: 'EUR',
  zone: 'Europe/Berlin',
  firstDate: '2026-05-01',
  days: 6,
  transactionsPerDay: 150,
});
/** Long after the last row, so that everything is loaded. */
export const LATER_MS = world.endMs + 10 * DAY_MS;
/** Holds every row of the world. */
export const ALL = `start_date=2026-04-25T00:00:00Z&end_date=2026-05-20T00:00:00Z`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface Body extends Record<string, unknown> {
  transaction_details: { transaction_info: Info }[];
  total_items: number;
  total_pages: number;
  page: number;
  end_date: string;
  last_refreshed_datetime: string;
  links: { href: string; rel: string; method: string }[];
  balances: { currency: string; primary: boolean; [balance: string]: unknown }[];
  details: { field: string; value: string; issue: string }[];
  name: string;
  message: string;
  access_token: string;
}

export interface Info extends Record<string, unknown> {
  transaction_id: string;
  transaction_event_code: string;
  transaction_status: string;
  transaction_amount: { currency_code: string; value: string };
  transaction_initiation_date: string;
  transaction_updated_date: string;
  fee_amount?: { currency_code: string; value: string } | null;
  invoice_id?: string;
  custom_field?: string;
  paypal_reference_id?: string;
  paypal_reference_id_type?: string;
}

export interface TestEmulator extends PayPalEmulator {
  askToken(headers?: Record<string, string>, body?: string): Promise<Answer>;
  /** With a token of its own, unless one is given. */
  ask(pathAndQuery: string, token?: string): Promise<Answer>;
  /** All rows of a search, page by page. */
  rows(query: string): Promise<Info[]>;
}

const PAGES_MAX = 1_000;

export async function startTestEmulator(options: Partial<PayPalEmulatorOptions> = {}): Promise<TestEmulator> {
  const accounts = [{ world, credentials: [CREDENTIAL] }];
  const emulator = await startPayPalEmulator({ accounts, clock: () => LATER_MS, ...options });
  const base = `http://${emulator.host}:${emulator.port}`;
  const askToken: TestEmulator['askToken'] = async (headers = {}, body = 'grant_type=client_credentials') => {
    const form = { Authorization: basic(CREDENTIAL), 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
    return answerOf(await fetch(`${base}/v1/oauth2/token`, { method: 'POST', headers: form, body }));
  };
  const ask: TestEmulator['ask'] = async (pathAndQuery, token) => {
    const text = token ?? (await askToken()).body.access_token;
    return answerOf(await fetch(`${base}/v1/${pathAndQuery}`, { headers: { Authorization: `Bearer ${text}` } }));
  };
  const rows: TestEmulator['rows'] = async (query) => {
    const found: Info[] = [];
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const { body } = await ask(`reporting/transactions?${query}&page_size=500&page=${page}`);
      found.push(...body.transaction_details.map((detail) => detail.transaction_info));
      if (page >= body.total_pages) return found;
    }
    throw new RangeError(`more than ${PAGES_MAX} pages: ask for less`);
  };
  return { ...emulator, askToken, ask, rows };
}

export function basic({ clientId, clientSecret }: { clientId: string; clientSecret: string }): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

export function idOf(info: Info): string {
  return `${info.transaction_id}:${info.transaction_event_code}:${info.transaction_amount.currency_code}`;
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}
