// Decides how many minor units an amount of PayPal is: decimal strings in major units, counted by ISO 4217. Pure.
import { currencyExponent } from '../../../domain/currency.ts';
import type { Money } from '../../../domain/money.ts';
import { requiredAmount, requiredCurrency } from '../row/contract-fields.ts';

export interface PayPalMoney {
  readonly currency_code: string;
  readonly value: string;
}

const ZEROS = /^0+$/;

/** @throws DataError when it is not an amount of that currency: "12.50" is no amount of yen, "12.00" is. */
export function paypalMoney({ currency_code, value }: PayPalMoney, field: string): Money {
  const currency = requiredCurrency(currency_code, `${field}.currency_code`);
  return { currency, minor: requiredAmount(withoutSpareZeros(value, currency), currency, `${field}.value`) };
}

/** PayPal may write "12.00" for a currency without decimals: zeros beyond the currency's decimals say nothing. */
function withoutSpareZeros(value: string, currency: string): string {
  const dot = value.indexOf('.');
  const exponent = currencyExponent(currency) ?? 0;
  const end = dot + 1 + exponent;
  if (dot < 0 || !ZEROS.test(value.slice(end))) return value;
  return value.slice(0, exponent === 0 ? dot : end);
}
