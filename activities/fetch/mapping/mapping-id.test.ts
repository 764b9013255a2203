import { describe, expect, test } from '@jest/globals';
import { idsOf } from '../file/files-for-tests.ts';
import { mappedTexts, SMALL, SMALL_HEADER } from './mapping-for-tests.ts';
import { OccurrenceCounter } from './occurrence-counter.ts';

const texts = mappedTexts();
const { id: _id, ...WITHOUT_ID } = SMALL;
const COFFEE = '2026-01-31 10:00:00,,Sale,2.50,EUR\n';
const CAKE = '2026-01-31 10:05:00,,Sale,4.00,EUR\n';
const TEA = '2026-01-31 09:00:00,,Sale,3.00,EUR\n';

test('named columns make the id, joined by a colon; empty ones keep their place', async () => {
  const words = { ...SMALL, id: { columns: ['Id', 'Type', 'Currency'] } };
  const { rows } = await texts.read(words, `${SMALL_HEADER}2026-01-31 10:00:00, 7 ,Sale,1.00,USD\n${COFFEE}`);
  expect(idsOf(rows)).toEqual(['7:Sale:USD', ':Sale:EUR']);
});

describe.each([
  ['a delta', false],
  ['a snapshot', true],
])('without id columns, in %s', (_name, snapshot) => {
  const text = SMALL_HEADER + COFFEE + CAKE + COFFEE + COFFEE + CAKE;

  test('two identical lines stay two, and the same file gives the same ids', async () => {
    const first = await texts.read(WITHOUT_ID, text, { snapshot });
    const again = await texts.read(WITHOUT_ID, text, { snapshot });
    expect(new Set(idsOf(first.rows)).size).toBe(5);
    expect(idsOf(again.rows)).toEqual(idsOf(first.rows));
  });

  test('the ids are those of one reading, from whatever cursor it goes on and however it is cut', async () => {
    const name = `resumed-${snapshot}.csv`;
    const whole = await texts.read(WITHOUT_ID, text, { snapshot, name });
    for (const chunkRows of [1, 2, 3]) {
      const { pages } = await texts.read(WITHOUT_ID, text, { snapshot, name, chunkRows });
      let seen: string[] = [];
      for (const { rows, cursor, done } of pages) {
        seen = [...seen, ...idsOf(rows)];
        if (done) continue;
        const rest = await texts.read(WITHOUT_ID, text, { snapshot, name, chunkRows, cursor });
        expect([...seen, ...idsOf(rest.rows)]).toEqual(idsOf(whole.rows));
      }
    }
  });
});

test('in a snapshot a row keeps its id when others come above it', async () => {
  const options = { snapshot: true };
  const before = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE + CAKE + COFFEE, options);
  const after = await texts.read(WITHOUT_ID, SMALL_HEADER + TEA + COFFEE + CAKE + COFFEE + CAKE, options);
  expect(idsOf(after.rows).slice(1, 4)).toEqual(idsOf(before.rows));
});

test('in a delta the same line of another file is another row', async () => {
  const first = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE);
  const second = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE + CAKE);
  expect(idsOf(second.rows)).not.toContain(idsOf(first.rows)[0]);
});

test('the same bytes under another name are the same rows', async () => {
  const first = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE, { name: 'monday.csv' });
  const second = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE, { name: 'tuesday.csv' });
  expect(idsOf(second.rows)).toEqual(idsOf(first.rows));
});

test('what a row says is its digest, however its numbers are written', async () => {
  const options = { snapshot: true };
  const plain = await texts.read(WITHOUT_ID, SMALL_HEADER + COFFEE, options);
  const spaced = await texts.read(WITHOUT_ID, `${SMALL_HEADER}2026-01-31 10:00:00,,Sale, 2.5 ,eur\n`, options);
  expect(idsOf(spaced.rows)).toEqual(idsOf(plain.rows));
});

test('counting remembers every digest while its table grows', () => {
  const counter = new OccurrenceCounter();
  const digests = Array.from({ length: 5_000 }, (_, at) =>
    (at * 7_919).toString(16).padStart(24, '0').split('').reverse().join(''),
  );
  for (const digest of digests) expect(counter.next(digest)).toBe(1);
  for (const digest of digests) expect(counter.next(digest)).toBe(2);
});
