import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { localTimeReader } from './local-time.ts';

const local = (text: string) => Date.parse(`${text}Z`);
const utc = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

test('a time that the clocks skip is none, in the whole gap and only there', () => {
  const berlin = localTimeReader('Europe/Berlin', 'earlier');
  expect(utc(berlin(local('2026-03-29T01:59:59')))).toBe('2026-03-29T00:59:59.000Z');
  expect(berlin(local('2026-03-29T02:00:00'))).toBeNull();
  expect(berlin(local('2026-03-29T02:59:59'))).toBeNull();
  expect(utc(berlin(local('2026-03-29T03:00:00')))).toBe('2026-03-29T01:00:00.000Z');
});

test('a time that comes twice is the earlier one, or the later where the mapping says so', () => {
  const at = local('2026-10-25T02:30:00');
  expect(utc(localTimeReader('Europe/Berlin', 'earlier')(at))).toBe('2026-10-25T00:30:00.000Z');
  expect(utc(localTimeReader('Europe/Berlin', 'later')(at))).toBe('2026-10-25T01:30:00.000Z');
});

test('an offset is a zone, and a half-hour change is found', () => {
  expect(utc(localTimeReader('+05:30', 'earlier')(local('2026-01-01T00:00:00')))).toBe('2025-12-31T18:30:00.000Z');
  // Lord Howe goes forward by half an hour on 4 October 2026 at 02:00.
  const island = localTimeReader('Australia/Lord_Howe', 'earlier');
  expect(island(local('2026-10-04T02:15:00'))).toBeNull();
  expect(utc(island(local('2026-10-04T02:30:00')))).toBe('2026-10-03T15:30:00.000Z');
});

test('remembered days give what the calendar gives', () => {
  const zones = ['America/New_York', 'Europe/London', 'Asia/Tokyo', 'Australia/Adelaide', 'America/St_Johns'];
  const readers = new Map(zones.map((zone) => [zone, localTimeReader(zone, 'earlier')]));
  const minute = fc.integer({ min: local('2015-01-01T00:00:00') / 60_000, max: local('2035-01-01T00:00:00') / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minute, (zone, minutes) => {
      const instant = DateTime.fromMillis(minutes * 60_000, { zone });
      const wall = instant.setZone('utc', { keepLocalTime: true }).toMillis();
      const found = readers.get(zone)?.(wall) ?? null;
      expect(
        found === instant.toMillis() || instant.getPossibleOffsets().some((other) => other.toMillis() === found),
      ).toBe(true);
    }),
  );
});
