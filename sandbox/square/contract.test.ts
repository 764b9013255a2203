// The emulator's answers against Square's published schema: every list it serves, and its errors.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ProblemsOf, publishedSchema } from '../specs/published-schema-for-tests.ts';
import { generateWorld } from '../world/generate-world.ts';
import { type SquareEmulator, startSquareEmulator } from './start-square-emulator.ts';

const TOKEN = 'EAAA_reader';
const world = generateWorld({
  seed: 3,
  account: 'square/jp',
  currency: 'JPY',
  zone: 'Asia/Tokyo',
  firstDate: '2026-05-01',
  days: 5,
  transactionsPerDay: 200,
});

let emulator: SquareEmulator;
let problems: ProblemsOf;
beforeAll(async () => {
  const tokens = [{ token: TOKEN }, { token: 'EAAA_poor', scopes: [] }];
  emulator = await startSquareEmulator({ accounts: [{ world, tokens }], clock: () => world.endMs + 86_400_000 });
  problems = await publishedSchema('square');
});
afterAll(() => emulator.stop());

async function ask(pathAndQuery: string, token = TOKEN): Promise<Record<string, { id: string }[] | undefined>> {
  const response = await fetch(`http://${emulator.host}:${emulator.port}/v2/${pathAndQuery}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  return (await response.json()) as Record<string, { id: string }[] | undefined>;
}

function expectValid(name: string, value: unknown): void {
  expect(problems(name, value)).toEqual([]);
}

test.each([
  ['locations', 'ListLocationsResponse', 'locations'],
  ['payments?begin_time=2026-01-01T00:00:00Z', 'ListPaymentsResponse', 'payments'],
  ['refunds?begin_time=2026-01-01T00:00:00Z', 'ListPaymentRefundsResponse', 'refunds'],
  ['disputes', 'ListDisputesResponse', 'disputes'],
  ['payouts', 'ListPayoutsResponse', 'payouts'],
])('%s', async (path, name, rows) => {
  const list = await ask(path);
  expect(list[rows]?.length).toBeGreaterThan(0);
  expectValid(name, list);
});

test('one payment, also one that was made before the world began', async () => {
  const refunded = world.entries.flatMap(({ source }) => (source?.object === 'refund' ? [source.charge] : []));
  expect(refunded.some(({ createdS }) => createdS * 1_000 < world.startMs)).toBe(true);
  for (const { id } of refunded) {
    const answer: { payment?: unknown } = await ask(`payments/${id}`);
    expect(answer.payment).toMatchObject({ id });
    expectValid('GetPaymentResponse', answer);
  }
});

test('the entries of a payout', async () => {
  const [payout] = (await ask('payouts')).payouts ?? [];
  const list = await ask(`payouts/${payout?.id}/payout-entries`);
  expect(list.payout_entries?.length).toBeGreaterThan(0);
  expectValid('ListPayoutEntriesResponse', list);
});

test('every kind of error', async () => {
  const errorsOf = async (path: string, token?: string) => (await ask(path, token)).errors ?? [];
  const faults = [
    { on: 1, answer: { kind: 'rate_limited' } },
    { on: 2, answer: { kind: 'server_error' } },
  ] as const;
  const errors = [
    ...(await errorsOf('payments', 'EAAA_unknown')),
    ...(await errorsOf('payments', 'EAAA_poor')),
    ...(await errorsOf('payments?begin_time=yesterday')),
    ...(await errorsOf('payments?begin_time=2026-05-02T00:00:00Z&end_time=2026-05-01T00:00:00Z')),
    ...(await errorsOf('payments?cursor=nonsense')),
    ...(await errorsOf('payments?location_id=nowhere')),
    ...(await errorsOf('payments/nowhere')),
    ...(await errorsOf('payments/nowhere', 'EAAA_poor')),
    ...(await errorsOf('nowhere')),
  ];
  emulator.setFaults(faults);
  errors.push(...(await errorsOf('payments')), ...(await errorsOf('payments')));
  emulator.setFaults([]);
  expect(errors.length).toBe(11);
  for (const error of errors) expectValid('Error', error);
});
