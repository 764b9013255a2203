import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBusinessDate, windowOf } from '../../domain/business-date.ts';
import { timeSlices } from './time-slices.ts';

const HOUR_MS = 3_600_000;

test('slices tile any window exactly: no gap, no overlap, no name twice', () => {
  const instant = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });
  const length = fc.integer({ min: 0, max: 3 * 24 * HOUR_MS });
  fc.assert(
    fc.property(instant, length, fc.integer({ min: 60_000, max: 24 * HOUR_MS }), (fromMs, lengthMs, sliceMs) => {
      const slices = timeSlices(fromMs, fromMs + lengthMs, sliceMs);
      const ends = [fromMs, ...slices.map((slice) => slice.toMs)];
      expect(slices.map((slice) => slice.fromMs)).toEqual(ends.slice(0, -1));
      expect(ends.at(-1)).toBe(fromMs + lengthMs);
      expect(slices.every((slice) => slice.toMs > slice.fromMs && slice.toMs - slice.fromMs <= sliceMs)).toBe(true);
      expect(new Set(slices.map((slice) => slice.name)).size).toBe(slices.length);
    }),
  );
});

test.each([
  ['2026-03-08', 23, 4],
  ['2026-03-09', 24, 4],
  ['2026-11-01', 25, 5],
])('a day of New York, %s, has %i hours in %i slices of six', (date, hours, count) => {
  const { startMs, endMs } = windowOf(parseBusinessDate(date), 'America/New_York');
  const slices = timeSlices(startMs, endMs, 6 * HOUR_MS);
  expect([(endMs - startMs) / HOUR_MS, slices.length]).toEqual([hours, count]);
});

test('a name says the instants', () => {
  expect(timeSlices(0, 90_061_001, 24 * HOUR_MS).map((slice) => slice.name)).toEqual([
    '1970-01-01T00:00Z/1970-01-02T00:00Z',
    '1970-01-02T00:00Z/1970-01-02T01:01:01.001Z',
  ]);
});

test('too many slices and slices without length are refused', () => {
  expect(() => timeSlices(0, 10_000, 1)).toThrow(RangeError);
  expect(() => timeSlices(0, 10_000, 0)).toThrow(RangeError);
});
