import { expect, test } from '@jest/globals';
import { parseBusinessDate, windowOf } from '../../domain/business-date.ts';
import { expectedDiscrepancies } from './expected-discrepancies.ts';
import { generateWorld } from './generate-world.ts';

const DAY_MS = 86_400_000;
const world = generateWorld({
  seed: 3,
  account: 'stripe/us',
  zone: 'Europe/Berlin',
  firstDate: '2026-03-01',
  days: 14,
  transactionsPerDay: 60,
});

function expectedAfter(from: string, to: string, horizonMs?: number): Map<string, string> {
  const end = windowOf(parseBusinessDate(to), world.zone).endMs;
  const rows = expectedDiscrepancies(world, { from, to, horizonMs: horizonMs ?? end });
  expect(new Set(rows.map(({ externalId }) => externalId)).size).toBe(rows.length);
  return new Map(rows.map(({ side, externalId, verdict }) => [`${side} ${externalId}`, verdict]));
}

function planted(date: string, note: string): string {
  const row = world.truth.find((candidate) => candidate.date === date && candidate.note === note);
  return `${row?.side} ${row?.externalId}`;
}

test('one day shows what is wrong and waits for what may still come', () => {
  const verdicts = [...expectedAfter('2026-03-01', '2026-03-01').values()].sort();
  expect(verdicts).toEqual([
    'amount_mismatch',
    'amount_mismatch',
    'currency_mismatch',
    'fee_mismatch',
    'kind_mismatch',
    'missing_internal',
    'missing_processor',
    // A refund, a dispute, a fee, and the two pairs that midnight divides.
    'pending_timing',
    'pending_timing',
    'pending_timing',
    'pending_timing',
    'pending_timing',
    'status_mismatch',
    'unknown_type',
  ]);
});

test('the next day settles what midnight divided', () => {
  for (const note of ['booked after midnight', 'charged after midnight']) {
    const key = planted('2026-03-01', note);
    expect(expectedAfter('2026-03-01', '2026-03-01').get(key)).toBe('pending_timing');
    expect(expectedAfter('2026-03-01', '2026-03-02').has(key)).toBe(false);
  }
});

test('a row whose partner lies before the first date that was run is missing it', () => {
  const row = world.truth.find(({ date, note }) => date === '2026-03-01' && note === 'charged after midnight');
  const partner = `${row?.partner?.side} ${row?.partner?.externalId}`;
  expect(expectedAfter('2026-03-02', '2026-03-02').get(partner)).toBe('missing_internal');
});

test('a fee is missing after a day, a refund and a dispute after ten', () => {
  const refund = planted('2026-03-01', 'a refund made in the dashboard was never booked');
  const dispute = planted('2026-03-01', 'nobody booked a dispute');
  const fee = planted('2026-03-01', 'an invoice of the processor was never booked');
  const early = expectedAfter('2026-03-01', '2026-03-02');
  expect([early.get(fee), early.get(refund), early.get(dispute)]).toEqual([
    'missing_internal',
    'pending_timing',
    'pending_timing',
  ]);
  const late = expectedAfter('2026-03-01', '2026-03-11');
  expect([late.get(refund), late.get(dispute)]).toEqual(['missing_internal', 'missing_internal']);
});

test('a horizon far beyond the dates leaves nothing pending', () => {
  const verdicts = [...expectedAfter('2026-03-01', '2026-03-14', world.endMs + 30 * DAY_MS).values()];
  expect(verdicts).not.toContain('pending_timing');
  // On the last date both halves of midnight’s pairs are alone for good.
  expect(verdicts.filter((verdict) => verdict === 'missing_processor')).toHaveLength(14 + 1);
});

test('what nobody has to look at is not expected', () => {
  const ignored = world.truth.filter(({ verdict }) => verdict === 'ignored');
  const expected = expectedAfter('2026-03-01', '2026-03-14');
  expect(ignored.length).toBeGreaterThan(0);
  for (const { side, externalId } of ignored) expect(expected.has(`${side} ${externalId}`)).toBe(false);
});
