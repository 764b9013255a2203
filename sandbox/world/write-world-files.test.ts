import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { windowOf } from '../../domain/business-date.ts';
import { parseDecimalAmount } from '../../domain/money.ts';
import { generateWorld } from './generate-world.ts';
import { writeWorldFiles } from './write-world-files.ts';

const world = generateWorld({
  seed: 5,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-01-30',
  days: 3,
  transactionsPerDay: 700,
});
type Row = Readonly<Record<string, string>> & { readonly presentment?: { amount: string; currency: string } };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-world-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(file: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

test('both files hold every row once, in the words of the file contract', async () => {
  const files = await writeWorldFiles(world, join(folder, 'whole'));
  const processor = await read(files.processorFile);
  const internal = await read(files.internalFile);
  expect(processor.map(({ id }) => id)).toEqual(world.entries.map(({ id }) => id));
  expect(internal.map(({ id }) => id)).toEqual(world.records.map(({ id }) => id));
  for (const { kind, gross, fee, net, currency, occurredAt } of processor) {
    expect(['payment', 'refund', 'dispute', 'fee', 'payout', 'merchant_rewards']).toContain(kind);
    expect(amount(gross, currency) - amount(fee, currency)).toBe(amount(net, currency));
    expect(occurredAt).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  for (const row of internal) amount(row.amount, row.currency);
});

test('a converted row says what the customer paid, with a rate that leads from one to the other', async () => {
  const { processorFile } = await writeWorldFiles(world, join(folder, 'converted'));
  const converted = (await read(processorFile)).filter(({ presentment }) => presentment !== undefined);
  expect(new Set(converted.map(({ presentment }) => presentment?.currency))).toEqual(new Set(['EUR', 'GBP', 'JPY']));
  for (const { gross, presentment, fxRate } of converted) {
    expect(Math.abs(Number(presentment?.amount) * Number(fxRate) - Number(gross))).toBeLessThan(0.011);
  }
});

test('day by day gives the same rows as all at once', async () => {
  const { startMs, endMs } = windowOf(world.firstDate, world.zone);
  const first = await writeWorldFiles(world, join(folder, 'first'), { startMs, endMs });
  const rest = await writeWorldFiles(world, join(folder, 'rest'), { startMs: endMs, endMs: world.endMs + 86_400_000 });
  const ids = [...(await read(first.processorFile)), ...(await read(rest.processorFile))].map(({ id }) => id);
  expect(ids).toEqual(world.entries.map(({ id }) => id));
  const booked = [...(await read(first.internalFile)), ...(await read(rest.internalFile))].map(({ id }) => id);
  expect(booked).toEqual(world.records.map(({ id }) => id));
});

function amount(text: string | undefined, currency: string | undefined): bigint {
  return parseDecimalAmount(text ?? '', currency ?? '', 'amount');
}
