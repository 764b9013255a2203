import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dateFormat } from './date-format.ts';

const OPTIONS = { pivot: 70, locale: 'en' };
const at = (...parts: [number, number, number, number?, number?, number?]) => Date.UTC(...parts);

function read(format: string, text: string, options: { pivot?: number; locale: string } = OPTIONS) {
  return dateFormat(format, options).read(text)?.localMs ?? null;
}

test.each([
  ['yyyy-MM-dd HH:mm:ss', '2026-01-31 23:59:58', at(2026, 0, 31, 23, 59, 58)],
  ['M/d/yyyy h:mm:ss a', '1/31/2026 2:30:00 PM', at(2026, 0, 31, 14, 30)],
  ['M/d/yyyy h:mm a', '1/3/2026 12:05 am', at(2026, 0, 3, 0, 5)],
  ['d.M.yy H:mm', '1.2.26 7:05', at(2026, 1, 1, 7, 5)],
  ['dd.MM.yy HH:mm', '01.02.69 07:05', at(2069, 1, 1, 7, 5)],
  ['dd.MM.yy HH:mm', '01.02.70 07:05', at(1970, 1, 1, 7, 5)],
  ['yyyyMMddHHmmss', '20260131235958', at(2026, 0, 31, 23, 59, 58)],
  ["yyyy-MM-dd'T'HH:mm:ss.SSS", '2026-01-31T00:00:00.250', at(2026, 0, 31) + 250],
  ['d MMM yyyy HH:mm', '31 Jan 2026 10:00', at(2026, 0, 31, 10)],
])('%s reads %s', (format, text, expected) => {
  expect(read(format, text)).toBe(expected);
});

test('months have the names of their language', () => {
  expect(read('d MMMM yyyy HH:mm', '31 Oktober 2026 10:00', { locale: 'de' })).toBe(at(2026, 9, 31, 10));
});

test('an offset in the text is kept', () => {
  const format = dateFormat("yyyy-MM-dd'T'HH:mm:ssZZ", OPTIONS);
  expect(format.hasOffset).toBe(true);
  expect(format.read('2026-01-31T23:30:00-05:00')).toEqual({
    localMs: at(2026, 0, 31, 23, 30),
    offsetMs: -5 * 3_600_000,
  });
});

test.each([
  ['yyyy-MM-dd HH:mm', '2026-02-29 10:00'],
  ['yyyy-MM-dd HH:mm', '2026-13-01 10:00'],
  ['yyyy-MM-dd HH:mm', '2026-04-31 10:00'],
  ['yyyy-MM-dd HH:mm', '2026-01-31 24:00'],
  ['yyyy-MM-dd HH:mm', '2026-01-31 10:60'],
  ['yyyy-MM-dd HH:mm', '2026-1-31 10:00'],
  ['yyyy-MM-dd HH:mm', '2026-01-31 10:00:00'],
  ['yyyy-MM-dd HH:mm', '2026-01-31'],
  ['dd/MM/yyyy HH:mm', '01/31/2026 10:00'],
  ['M/d/yyyy h:mm a', '1/31/2026 13:00 PM'],
  ['M/d/yyyy h:mm a', '1/31/2026 0:10 AM'],
  ['yyyy-MM-dd HH:mm', '46053'],
  ['yyyy-MM-dd HH:mm', '=TODAY()'],
])('%s does not read %s', (format, text) => {
  expect(read(format, text)).toBeNull();
});

test('a two-digit year without a pivot is not read', () => {
  expect(read('dd.MM.yy HH:mm', '01.02.26 07:05', { locale: 'en' })).toBeNull();
});

test('formats of numbers only are read as Luxon reads them', () => {
  const formats = ['yyyy-MM-dd HH:mm:ss', 'd/M/yyyy H:m:s', 'MM/dd/yyyy hh:mm:ss a', 'yyyyMMdd HHmmss'];
  const instant = fc.integer({ min: at(2000, 0, 1), max: at(2099, 11, 31) });
  fc.assert(
    fc.property(fc.constantFrom(...formats), instant, (format, ms) => {
      const time = DateTime.fromMillis(Math.floor(ms / 1_000) * 1_000, { zone: 'utc', locale: 'en-US' });
      const text = time.toFormat(format);
      expect(read(format, text)).toBe(time.toMillis());
    }),
  );
});
