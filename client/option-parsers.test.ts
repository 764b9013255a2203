import { expect, test } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { accountsOption, countOption, dateOption, namesOption, reasonOption, wordsOption } from './option-parsers.ts';

test('dates are days of the calendar', () => {
  expect(dateOption('2024-02-29')).toBe('2024-02-29');
  expect(() => dateOption('2026-02-29')).toThrow(InvalidArgumentError);
  expect(() => dateOption('31.01.2026')).toThrow('write YYYY-MM-DD');
});

test('accounts add up, each once', () => {
  expect(accountsOption('stripe/us', accountsOption('stripe/eu', accountsOption('stripe/us', undefined)))).toEqual([
    'stripe/us',
    'stripe/eu',
  ]);
  expect(() => accountsOption('stripe', undefined)).toThrow('write processor/name');
});

test('names stand with commas between them', () => {
  expect(namesOption('stripe, paypal,stripe')).toEqual(['stripe', 'paypal']);
  expect(() => namesOption('stripe,,paypal')).toThrow(InvalidArgumentError);
});

test('words are of a known list, which the message shows', () => {
  const severities = wordsOption(['low', 'high']);
  expect(severities('high,low')).toEqual(['high', 'low']);
  expect(() => severities('hihg')).toThrow('none of low, high');
});

test('counts are whole, at least one, and bounded', () => {
  const count = countOption(100);
  expect(count('100')).toBe(100);
  for (const text of ['0', '101', '1.5', '-1', 'ten', '']) expect(() => count(text)).toThrow('from 1 to 100');
});

test('a reason says something, and not everything', () => {
  expect(reasonOption(' fees corrected ')).toBe('fees corrected');
  expect(() => reasonOption('  ')).toThrow(InvalidArgumentError);
  expect(() => reasonOption('x'.repeat(501))).toThrow('at most 500');
});
