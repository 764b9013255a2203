// Decides whether the database refused what a person asked for, and says it in its words. Anything else is no refusal: it goes on.
import { currencyExponent } from '../../domain/currency.ts';
import { formatForPeople } from '../../domain/money.ts';
import { chain } from '../explain-error.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const RAISED = 'P0001';
const INSUFFICIENT_PRIVILEGE = '42501';
const IN_EACH_OTHERS_WAY: ReadonlySet<string> = new Set(['40001', '40P01']);

/** undefined: it was no refusal. */
export function refusalOf(error: unknown): string | undefined {
  for (const cause of chain(error)) {
    const code = 'code' in cause ? cause.code : undefined;
    if (code === RAISED) return withMoneyForPeople(cause.message);
    if (code === INSUFFICIENT_PRIVILEGE) {
      return `your login has not the role for it (${cause.message}): recon access report shows who has`;
    }
    if (typeof code === 'string' && IN_EACH_OTHERS_WAY.has(code)) {
      return 'a run or another person did something about it at this moment: try again';
    }
  }
  return undefined;
}

/** The database says "50000 minor USD": how many decimals a currency has is known here alone. */
function withMoneyForPeople(message: string): string {
  return message.replaceAll(/\b(\d{1,38}) minor ([A-Z]{3})\b/g, (said, minor: string, currency: string) =>
    currencyExponent(currency) === undefined ? said : formatForPeople({ minor: BigInt(minor), currency }),
  );
}
