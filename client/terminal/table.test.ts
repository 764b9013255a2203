import { expect, test } from '@jest/globals';
import { plainPalette } from './plain-palette-for-tests.ts';
import { renderFacts, renderTable } from './table.ts';

test('columns are aligned by their widest cell, without borders or trailing blanks', () => {
  const columns = [{ title: 'Run' }, { title: 'Missing', align: 'right' as const }];
  expect(
    renderTable(plainPalette, columns, [
      ['stripe/us', '2'],
      ['é', '1,000'],
    ]),
  ).toBe(['Run        Missing', 'stripe/us        2', 'é            1,000'].join('\n'));
});

test('facts without a value are left out', () => {
  expect(
    renderFacts(plainPalette, [
      ['Run', '#1'],
      ['Error', ''],
      ['Outcome', 'clean'],
    ]),
  ).toBe('Run      #1\nOutcome  clean');
});
