import { expect, test } from '@jest/globals';
import { renderMetrics } from './exposition.ts';
import type { MetricFamily } from './metric-catalog.ts';

const MONEY: MetricFamily = { name: 'money', type: 'gauge', help: 'Money.', labels: ['currency'], seriesMax: 2 };
const AGE: MetricFamily = { name: 'age', type: 'counter', help: 'Age.', labels: [], seriesMax: 1 };
const CATALOG = [MONEY, AGE];

test('metrics come in the order of the catalog, with help and type, and amounts keep every digit', () => {
  const samples = [
    { name: 'age', value: 0.5 },
    { name: 'money', labels: { currency: 'USD' }, value: '92233720368547758.07' },
    { name: 'money', labels: { currency: 'J"P\\Y\n' }, value: -1 },
  ];
  expect(renderMetrics(samples, CATALOG)).toBe(
    [
      '# HELP money Money.',
      '# TYPE money gauge',
      'money{currency="USD"} 92233720368547758.07',
      'money{currency="J\\"P\\\\Y\\n"} -1',
      '# HELP age Age.',
      '# TYPE age counter',
      'age 0.5',
      '',
    ].join('\n'),
  );
});

test.each([
  ['a metric that is not in the catalog', [{ name: 'ages', value: 1 }], 'ages is not in the catalog'],
  [
    'a label too many',
    [{ name: 'age', labels: { account: 'a' }, value: 1 }],
    'age has the labels none, and not account',
  ],
  ['a label too few', [{ name: 'money', value: 1 }], 'money has the labels currency'],
  ['what is no number', [{ name: 'age', value: Number.NaN }], 'age is NaN'],
  ['a series twice', [money('USD'), money('USD')], 'money has a series twice'],
  ['more series than it may have', [money('USD'), money('EUR'), money('JPY')], 'money has 3 series, and may have 2'],
])('refuses %s', (_, samples, message) => {
  expect(() => renderMetrics(samples, CATALOG)).toThrow(message);
});

function money(currency: string) {
  return { name: 'money', labels: { currency }, value: 1 };
}
