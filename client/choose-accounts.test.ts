import { expect, test } from '@jest/globals';
import { accountForTests } from './accounts-for-tests.ts';
import { accountNamed, chooseAccounts } from './choose-accounts.ts';
import { UsageError } from './usage-error.ts';

const config = { accounts: ['stripe/us', 'paypal/us', 'stripe/eu'].map((name) => accountForTests(name)) };
const names = (choice: Parameters<typeof chooseAccounts>[1]) =>
  chooseAccounts(config, choice).map((account) => account.account);

test('without a choice it is every account', () => {
  expect(names({})).toEqual(['stripe/us', 'paypal/us', 'stripe/eu']);
});

test('a processor means all its accounts, in the order of the configuration', () => {
  expect(names({ processors: ['stripe'] })).toEqual(['stripe/us', 'stripe/eu']);
  expect(names({ account: ['stripe/eu', 'stripe/us'] })).toEqual(['stripe/us', 'stripe/eu']);
});

test('an unknown name is told with those there are', () => {
  expect(() => names({ account: ['stripe/us', 'stripe/uk'] })).toThrow(
    new UsageError('no account stripe/uk in the configuration; there are: stripe/us, paypal/us, stripe/eu'),
  );
  expect(() => names({ processors: ['square'] })).toThrow(
    new UsageError('no processor square in the configuration; there are: stripe, paypal'),
  );
  expect(() => accountNamed(config, 'stripe/uk')).toThrow(UsageError);
});

test('processors and accounts together are refused', () => {
  expect(() => names({ processors: ['stripe'], account: ['stripe/us'] })).toThrow(UsageError);
});
