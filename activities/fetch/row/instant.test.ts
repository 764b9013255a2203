import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDate, readInstantMs } from './instant.ts';

test('an instant with any offset is the same as the platform reads it', () => {
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  const inCentury = fc.date({ min: new Date('2001-01-01'), max: new Date('2098-12-31'), noInvalidDate: true });
  const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(inCentury, offset, (date, minutes) => {
      const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const sign = minutes < 0 ? '-' : '+';
      const text = `${local}${sign}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
      expect(readInstantMs(text, 'occurredAt')).toBe(date.getTime());
      expect(readInstantMs(date.toISOString(), 'occurredAt')).toBe(Date.parse(date.toISOString()));
    }),
  );
});

test.each([
  ['2026-01-31T23:59:59Z', '2026-01-31T23:59:59.000Z'],
  ['2026-01-31t23:59:59z', '2026-01-31T23:59:59.000Z'],
  ['2026-01-31 23:59:59.999999999-05:30', '2026-02-01T05:29:59.999Z'],
  ['2026-01-31T23:59:59.1+00:00', '2026-01-31T23:59:59.100Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
])('%s is %s', (text, iso) => {
  expect(new Date(readInstantMs(text, 'occurredAt')).toISOString()).toBe(iso);
});

test.each([
  ['2026-01-31T23:59:59', 'has no offset: write it with Z or with one such as +01:00'],
  ['2026-01-31T23:59:59.5', 'has no offset'],
  ['2026-01-31T23:59:59+0100', 'has an offset that is not Z or one such as +01:00'],
  ['2026-01-31T23:59:59 UTC', 'has an offset that is not Z'],
  ['2026-01-31T23:59:59+24:00', 'has an offset that is not Z'],
  ['2026-01-31T23:59:59.Z', 'has no digits after the point'],
  ['2026-01-31', 'is not a time such as 2026-01-31T23:59:59Z'],
  ['2026-01-31T24:00:00Z', 'is not a time such as'],
  ['2026-01-31T23:59Z', 'is not a time such as'],
  ['2026-02-29T00:00:00Z', 'is not a date of the calendar'],
  ['2026-13-01T00:00:00Z', 'is not a date of the calendar'],
  ['31/01/2026 10:00', 'is not a date of the calendar'],
  ['1769853612', 'is not a date of the calendar'],
  ['1970-01-01T00:00:00Z', 'lies outside the years 2000 to 2099'],
])('%s is refused: it %s', (text, reason) => {
  expect(() => readInstantMs(text, 'occurredAt')).toThrow(reason);
});

test('a calendar day is only a day', () => {
  expect(readDate('2026-02-28', 'availableOn')).toBe('2026-02-28');
  expect(() => readDate('2026-02-30', 'availableOn')).toThrow(
    'availableOn: "2026-02-30" is not a date of the calendar',
  );
  expect(() => readDate('2026-02-28T00:00:00Z', 'availableOn')).toThrow('is not a date such as 2026-01-31');
});
