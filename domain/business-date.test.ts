import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  assertZone,
  businessDateAt,
  businessDateFinder,
  datesBetween,
  parseBusinessDate,
  windowOf,
} from './business-date.ts';

const HOUR_MS = 3_600_000;
const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  // Its daylight saving time is half an hour.
  'Australia/Lord_Howe',
  // Until 2019 its clocks changed at midnight, so that a day began at 01:00.
  'America/Sao_Paulo',
  // Until 2010 its clocks went back at 00:01 to 23:01 of the day before.
  'America/St_Johns',
  // Skipped 2011-12-30 altogether.
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
];
const zone = fc.constantFrom(...ZONES);
const instantMs = fc.integer({ min: Date.parse('2000-01-01T00:00Z'), max: Date.parse('2099-12-31T23:59Z') });
const date = instantMs.map((ms) => parseBusinessDate(new Date(ms).toISOString().slice(0, 10)));

function hoursOf(day: string, zoneName: string): number {
  const { startMs, endMs } = windowOf(parseBusinessDate(day), zoneName);
  return (endMs - startMs) / HOUR_MS;
}

// The switches of these zones, where mistakes live.
const SWITCHES: readonly (readonly [zone: string, at: string])[] = [
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
];
const nearSwitch = fc
  .tuple(fc.constantFrom(...SWITCHES), fc.integer({ min: -26 * HOUR_MS, max: 26 * HOUR_MS }))
  .map(([[zoneName, at], offsetMs]) => [zoneName, Date.parse(at) + offsetMs] as const);
const anywhere = fc.oneof(fc.tuple(zone, instantMs), nearSwitch);

test('every instant belongs to exactly one day: the one whose window holds it', () => {
  fc.assert(
    fc.property(anywhere, ([zoneName, ms]) => {
      const day = businessDateAt(ms, zoneName);
      const holding = [-2, -1, 0, 1, 2]
        .map((days) => addDays(day, days))
        .filter((candidate) => {
          const { startMs, endMs } = windowOf(candidate, zoneName);
          return ms >= startMs && ms < endMs;
        });
      expect(holding).toEqual([day]);
    }),
    { numRuns: 1_000 },
  );
});

test('a payment half an hour before midnight belongs to that day, though it is the next one in UTC', () => {
  expect(businessDateAt(Date.parse('2026-02-01T04:30:00Z'), 'America/New_York')).toBe('2026-01-31');
  expect(businessDateAt(Date.parse('2026-02-01T05:00:00Z'), 'America/New_York')).toBe('2026-02-01');
  expect(businessDateAt(Date.parse('2026-02-01T04:59:59.999Z'), 'America/New_York')).toBe('2026-01-31');
});

test('windows tile: each ends where the next begins, and none runs backwards', () => {
  fc.assert(
    fc.property(zone, date, (zoneName, day) => {
      const window = windowOf(day, zoneName);
      expect(window.endMs).toBe(windowOf(addDays(day, 1), zoneName).startMs);
      expect(window.endMs).toBeGreaterThanOrEqual(window.startMs);
    }),
  );
});

test('the days around every switch tile, too', () => {
  for (const [zoneName, at] of SWITCHES) {
    const first = addDays(businessDateAt(Date.parse(at), zoneName), -3);
    for (const day of datesBetween(first, addDays(first, 6))) {
      expect(windowOf(day, zoneName).endMs).toBe(windowOf(addDays(day, 1), zoneName).startMs);
    }
  }
});

test.each([
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['America/New_York', '2026-07-04', 24],
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Australia/Lord_Howe', '2026-10-04', 23.5],
  ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ['America/Sao_Paulo', '2018-11-04', 23],
  ['America/Sao_Paulo', '2018-02-17', 25],
  ['America/Sao_Paulo', '2026-11-01', 24],
  ['Pacific/Apia', '2011-12-29', 24],
  ['Pacific/Apia', '2011-12-30', 0],
  ['Pacific/Apia', '2011-12-31', 24],
  ['UTC', '2026-03-29', 24],
])('in %s, %s has %d hours', (zoneName, day, hours) => {
  expect(hoursOf(day, zoneName)).toBe(hours);
});

test.each([
  ['America/New_York', '2026-01-31', '2026-01-31T05:00:00.000Z'],
  ['America/New_York', '2026-07-04', '2026-07-04T04:00:00.000Z'],
  ['Europe/Berlin', '2026-07-04', '2026-07-03T22:00:00.000Z'],
  ['Asia/Kathmandu', '2026-07-04', '2026-07-03T18:15:00.000Z'],
  // There was no midnight: the day began at 01:00.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
  ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00.000Z'],
])('in %s, %s begins at %s', (zoneName, day, instant) => {
  expect(new Date(windowOf(parseBusinessDate(day), zoneName).startMs).toISOString()).toBe(instant);
});

test('the day that Samoa skipped holds no instant, and its neighbours touch', () => {
  const skipped = Date.parse('2011-12-30T10:00:00Z');
  expect(businessDateAt(skipped - 1, 'Pacific/Apia')).toBe('2011-12-29');
  expect(businessDateAt(skipped, 'Pacific/Apia')).toBe('2011-12-31');
});

test('an hour that the clocks repeat across midnight belongs to one day only', () => {
  // St. John's, 2010-11-07 at 00:01: back to 23:01 of the 6th. The 7th had begun, and it is one stretch of time.
  const back = Date.parse('2010-11-07T02:31:00Z');
  expect(businessDateAt(back - 2 * 60_000, 'America/St_Johns')).toBe('2010-11-06');
  expect(businessDateAt(back - 1, 'America/St_Johns')).toBe('2010-11-07');
  expect(businessDateAt(back, 'America/St_Johns')).toBe('2010-11-07');
  expect(hoursOf('2010-11-07', 'America/St_Johns')).toBe(25);
});

test('the finder gives the same answers, in whatever order it is asked', () => {
  fc.assert(
    fc.property(
      zone,
      fc.array(instantMs, { maxLength: 30 }),
      fc.array(nearSwitch, { maxLength: 30 }),
      (name, all, near) => {
        const close = near.filter(([zoneName]) => zoneName === name).map(([, ms]) => ms);
        const instants = [...all, ...close, ...all.map((ms) => ms + HOUR_MS), ...close, ...all];
        const find = businessDateFinder(name);
        expect(instants.map(find)).toEqual(instants.map((ms) => businessDateAt(ms, name)));
      },
    ),
  );
});

test('the finder is right on both sides of a switch, forwards and backwards', () => {
  for (const [zoneName, at] of SWITCHES) {
    const find = businessDateFinder(zoneName);
    const minutes = Array.from({ length: 52 * 6 }, (_, step) => Date.parse(at) + (step - 156) * 600_000);
    for (const ms of [...minutes, ...minutes.toReversed()]) {
      expect([zoneName, ms, find(ms)]).toEqual([zoneName, ms, businessDateAt(ms, zoneName)]);
    }
  }
});

test.each(['2026-01-31', '2024-02-29', '2000-02-29', '9999-12-31'])('%s is a date', (text) => {
  expect(parseBusinessDate(text)).toBe(text);
});

test.each([
  ['2026-02-29', 'is not a day of the calendar'],
  ['2026-13-01', 'is not a day of the calendar'],
  ['2026-00-10', 'is not a day of the calendar'],
  ['2026-01-32', 'is not a day of the calendar'],
  ['1900-02-29', 'is not a day of the calendar'],
  ['2026-1-31', 'write YYYY-MM-DD'],
  ['31.01.2026', 'write YYYY-MM-DD'],
  ['2026-01-31T00:00', 'write YYYY-MM-DD'],
  ['20260131', 'write YYYY-MM-DD'],
  [' 2026-01-31', 'write YYYY-MM-DD'],
  ['yesterday', 'write YYYY-MM-DD'],
  ['', 'write YYYY-MM-DD'],
])('%j is not a date', (text, reason) => {
  expect(() => parseBusinessDate(text)).toThrow(reason);
  expect(() => parseBusinessDate(text)).toThrow(RangeError);
});

test('a zone is a name of the IANA database', () => {
  for (const name of ZONES) expect(assertZone(name)).toBe(name);
  for (const name of ['Mars/Olympus', '', 'EST5', 'New York']) {
    expect(() => assertZone(name)).toThrow(`"${name}" is not an IANA time zone such as America/New_York`);
  }
});

test('the dates of a range are its days, both ends included, ascending', () => {
  expect(datesBetween(parseBusinessDate('2026-02-27'), parseBusinessDate('2026-03-02'))).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ]);
  expect(datesBetween(parseBusinessDate('2026-03-01'), parseBusinessDate('2026-03-01'))).toEqual(['2026-03-01']);
  expect(datesBetween(parseBusinessDate('2026-03-02'), parseBusinessDate('2026-03-01'))).toEqual([]);
});

test('a range of more than ten years is refused, also one that ends with the calendar', () => {
  const from = parseBusinessDate('2016-01-01');
  expect(datesBetween(from, addDays(from, 3_699))).toHaveLength(3_700);
  expect(() => datesBetween(from, addDays(from, 3_700))).toThrow('2016-01-01 to 2026-02-17 are 3701 days');
  expect(() => datesBetween(from, parseBusinessDate('9999-12-31'))).toThrow('take at most 3700 at a time');
});

test('a day later is the next day of the calendar, whatever the clocks do', () => {
  fc.assert(
    fc.property(date, fc.integer({ min: -400, max: 400 }), (day, days) => {
      expect(addDays(addDays(day, days), -days)).toBe(day);
      expect(addDays(day, days)).toBe(new Date(Date.parse(day) + days * 24 * HOUR_MS).toISOString().slice(0, 10));
    }),
  );
});
