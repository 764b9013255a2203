// How much money an approver may give up by decisions within 24 hours, as it is typed and shown: [ACCOUNT=]AMOUNT:CURRENCY. Nothing is
// converted between currencies: what has no limit of its own may not be given up.
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { parseAccountName } from '../../domain/account.ts';
import { formatForPeople, formatMinor, parseDecimalAmount } from '../../domain/money.ts';

/** As the table write_off_limits holds it: minor units, and * for every account that the person may act on and that is not named. */
export const writeOffLimit = z.object({
  account: z.string(),
  currency: z.string(),
  amount: z.string().transform((text) => BigInt(text)),
});
export type WriteOffLimit = z.infer<typeof writeOffLimit>;

const EVERY_ACCOUNT = '*';
const WANTED = 'write AMOUNT:CURRENCY, such as 500.00:USD, or for one account stripe/us=500.00:USD';

/** For an option that may be given several times. */
export function writeOffLimitOption(text: string, before: readonly WriteOffLimit[] = []): readonly WriteOffLimit[] {
  const limit = parse(text);
  if (before.some(({ account, currency }) => account === limit.account && currency === limit.currency))
    throw new InvalidArgumentError('one limit for each currency, and for each account that is named');
  return [...before, limit];
}

function parse(text: string): WriteOffLimit {
  const [, account, decimal = '', currency = ''] = /^(?:([^=]+)=)?(\d[\d.]*):([A-Z]{3})$/.exec(text) ?? [];
  if (decimal === '') throw new InvalidArgumentError(WANTED);
  try {
    return {
      account: account === undefined ? EVERY_ACCOUNT : parseAccountName(account).account,
      currency,
      amount: parseDecimalAmount(decimal, currency, 'limit'),
    };
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : WANTED);
  }
}

/** "500.00 USD; stripe/us 20.00 EUR", or that nothing may be given up. */
export function limitWords(limits: readonly WriteOffLimit[]): string {
  const words = limits.map(({ account, currency, amount }) => {
    const money = formatForPeople({ currency, minor: amount });
    return account === EVERY_ACCOUNT ? money : `${account} ${money}`;
  });
  return words.join('; ') || 'nothing';
}

export function limitOnTheWire({ account, currency, amount }: WriteOffLimit): object {
  return { account: account === EVERY_ACCOUNT ? null : account, currency, limit: formatMinor(amount, currency) };
}
