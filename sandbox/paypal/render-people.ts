// The person behind a row, invented but as complete as PayPal delivers it where a request asks for all fields: the product must show
// that none of it gets through.
import { formatMinor } from '../../domain/money.ts';
import { type InventedCustomer, inventedCustomer } from '../world/invented-customer.ts';
import type { LedgerEntry } from '../world/world.ts';
import type { PayPalRow } from './paypal-row.ts';
import type { FieldGroup } from './search-query.ts';

const COUNTRIES = ['DE', 'FR', 'GB', 'US', 'JP'] as const;
const NOTE_EVERY = 8;

interface Person extends InventedCustomer {
  readonly accountId: string;
  readonly country: string;
  readonly address: object;
  /** What a customer writes to the shop; even the group that a shop cannot do without holds it. */
  readonly note: string | undefined;
}

/** Null where the other side is PayPal or the account itself. */
export function personOf({ source, movement }: LedgerEntry): Person | null {
  const charge = source?.object === 'charge' ? source : source !== null && 'charge' in source ? source.charge : null;
  if (charge === null || movement === 'dispute_fee') return null;
  const { customerNumber: number } = charge;
  const country = COUNTRIES[number % COUNTRIES.length] ?? COUNTRIES[0];
  const customer = inventedCustomer(number);
  const { line1, city, postalCode, fullName } = customer;
  return {
    ...customer,
    accountId: `PAYER${String(number).padStart(8, '0')}`,
    country,
    address: { line1, city, country_code: country, postal_code: postalCode },
    note: number % NOTE_EVERY === 0 ? `Please ring at ${line1}, thanks, ${fullName}` : undefined,
  };
}

/** Groups that a row has nothing for are empty, not missing. */
export function renderGroup(group: Exclude<FieldGroup, 'transaction_info'>, row: PayPalRow): object {
  const person = personOf(row.entry);
  switch (group) {
    case 'payer_info':
      return person === null ? { address_status: 'N', payer_name: {} } : renderPayer(person);
    case 'shipping_info':
      return person === null ? {} : { name: `${person.givenName}, ${person.surname}`, address: person.address };
    case 'cart_info':
      return row.entry.source?.object === 'charge' ? { item_details: [renderItem(row)] } : {};
    case 'auction_info':
    case 'incentive_info':
    case 'store_info':
      return {};
  }
}

function renderPayer(person: Person): object {
  const { accountId, givenName, surname, fullName, email, country, address } = person;
  return {
    account_id: accountId,
    email_address: email,
    phone_number: { country_code: '1', national_number: '5550100' },
    address_status: 'Y',
    payer_status: 'Y',
    payer_name: { given_name: givenName, surname, alternate_full_name: fullName },
    country_code: country,
    address,
  };
}

function renderItem({ entry, currency }: PayPalRow): object {
  const amount = { currency_code: currency, value: formatMinor(entry.grossMinor, currency) };
  return {
    item_name: entry.description ?? 'Order',
    item_quantity: '1',
    item_unit_price: amount,
    item_amount: amount,
    total_item_amount: amount,
  };
}
