import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvAmount, csvText } from './csv-cell.ts';
import { sampleDiscrepancy, sampleSide } from './discrepancies-for-tests.ts';
import { csvHeader, renderCsv } from './render-csv.ts';
import { sampleReport, sampleRun } from './reports-for-tests.ts';

const rowsOf = (text: string) => parse(csvHeader() + text, { columns: true }) as Record<string, string>[];

test('one line per discrepancy, amounts as decimal strings of their own currency', () => {
  const { discrepancies, run } = sampleReport();
  const rows = rowsOf(renderCsv(discrepancies, run));
  expect(rows).toHaveLength(discrepancies.length);
  expect(rows.map(({ amount, currency }) => `${amount} ${currency}`)).toEqual(
    expect.arrayContaining(['12000.00 USD', '4800 JPY', '12.345 KWD']),
  );
  expect(rows.find(({ section }) => section === 'carried')?.['age_days']).toBe('4');
});

test('a cluster says how many rows it has, how many are too many, and whether its sides add up to the same', () => {
  const twice = sampleDiscrepancy({
    verdict: 'duplicate_processor',
    besideExternalIds: 'ch_2, =ch_3',
    members: 3,
    surplus: 2,
  });
  const riddle = sampleDiscrepancy({ level: 'settlement', members: 4, balanced: false });
  const rows = rowsOf(renderCsv([twice, riddle, sampleDiscrepancy()], sampleRun()));
  expect(
    rows.map(({ level, beside_ids, members, surplus, balanced }) => [level, beside_ids, members, surplus, balanced]),
  ).toEqual([
    ['activity', 'ch_2, =ch_3', '3', '2', ''],
    ['settlement', '', '4', '', 'no'],
    ['activity', '', '', '', ''],
  ]);
});

test('a cell that a spreadsheet would calculate gets an apostrophe; a negative amount stays a number', () => {
  const refund = sampleDiscrepancy({
    kind: 'refund',
    reason: '+cmd|calc',
    processor: sampleSide({ externalId: '=HYPERLINK("http://evil")', merchantReference: '-2+3', amountMinor: -8_450n }),
  });
  const [row] = rowsOf(renderCsv([refund], sampleRun()));
  expect(row).toMatchObject({
    processor_id: `'=HYPERLINK("http://evil")`,
    processor_reference: `'-2+3`,
    processor_amount: '-84.50',
    reason: `'+cmd|calc.`,
  });
});

test('no text cell can start a formula, and amounts are numbers or text, never both', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(csvText(text)).not.toMatch(/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/);
      expect(csvAmount(text)).toMatch(/^(?:-?\d+(?:\.\d+)?|(?![=+\-@\t\r\n])[\s\S]*)$/);
    }),
  );
  expect(csvAmount('-1.5')).toBe('-1.5');
  expect(csvAmount('-1.5+A1')).toBe(`'-1.5+A1`);
});

test('quotes, commas and line breaks in a reference come back as they were (RFC 4180)', () => {
  const reference = 'a "quoted", reference\r\nin two lines';
  const text = renderCsv([sampleDiscrepancy({ processor: sampleSide({ merchantReference: reference }) })], sampleRun());
  expect(rowsOf(text)[0]?.['processor_reference']).toBe(reference);
  expect(text.endsWith('\r\n')).toBe(true);
  expect(csvHeader()).toMatch(/^discrepancy_id,/);
});

test('a run without discrepancies has a header and nothing else', () => {
  expect(renderCsv([], sampleRun())).toBe('');
  expect(csvHeader().split('\r\n')).toHaveLength(2);
});
