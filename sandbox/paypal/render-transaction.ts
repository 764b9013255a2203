// Writes one version of a row as Transaction Search does: money in decimal strings, the fee negative, absent or null.
import { formatMinor } from '../../domain/money.ts';
import type { LedgerEntry } from '../world/world.ts';
import type { RowVersion } from './paypal-row.ts';
import { personOf, renderGroup } from './render-people.ts';
import type { FieldGroup } from './search-query.ts';
import { stampOf } from './stamp.ts';

interface Money {
  readonly currency_code: string;
  readonly value: string;
}

export function renderTransaction(
  version: RowVersion,
  groups: readonly FieldGroup[],
  withEndingBalance: boolean,
): Record<string, object> {
  const rendered: Record<string, object> = {};
  for (const group of groups) {
    rendered[group] =
      group === 'transaction_info' ? renderInfo(version, withEndingBalance) : renderGroup(group, version.row);
  }
  return rendered;
}

/** What is undefined does not get into the JSON. */
function renderInfo(version: RowVersion, withEndingBalance: boolean): object {
  const { row, status } = version;
  const { entry } = row;
  const person = personOf(entry);
  const balance =
    row.balanceAfterMinor === null || status === 'P' ? undefined : money(row.balanceAfterMinor, row.currency);
  return {
    paypal_account_id: person?.accountId,
    transaction_id: row.transactionId,
    paypal_reference_id: row.reference?.id,
    paypal_reference_id_type: row.reference?.type,
    transaction_event_code: row.eventCode,
    transaction_initiation_date: stampOf(row.initiatedS),
    transaction_updated_date: stampOf(version.updatedS),
    transaction_amount: row.unreadable ? withComma(version) : money(version.grossMinor, row.currency),
    fee_amount: feeOf(version),
    transaction_status: status,
    transaction_subject: entry.source === null ? (entry.description ?? undefined) : undefined,
    transaction_note: person?.note,
    bank_reference_id: entry.movement === 'payout' ? `BANK${row.transactionId}` : undefined,
    ending_balance: withEndingBalance ? balance : undefined,
    available_balance: balance,
    ...shopsOwnIds(entry),
    protection_eligibility: entry.source?.object === 'charge' ? '01' : '02',
    instrument_type: person === null ? undefined : 'PAYPAL',
  };
}

/** A cost is negative. Where there is none the field is missing, and on some rows it is there and null. */
function feeOf({ row, feeMinor }: RowVersion): Money | null | undefined {
  if (feeMinor !== 0n) return money(-feeMinor, row.currency);
  return row.rank % 3 === 0 ? null : undefined;
}

/**
 * The shop's number of the order stands as the invoice id on the sale and on what refunds or disputes it. One integration of this
 * shop fills the custom field in its stead.
 */
function shopsOwnIds({ source, movement }: LedgerEntry): { invoice_id?: string; custom_field?: string } {
  const charge = source?.object === 'charge' ? source : source !== null && 'charge' in source ? source.charge : null;
  if (charge === null || movement === 'dispute_fee') return {};
  return charge.customerNumber % 10 === 0 ? { custom_field: charge.orderId } : { invoice_id: charge.orderId };
}

/** As a person in half of Europe would type it. */
function withComma({ grossMinor, row }: RowVersion): Money {
  const { currency_code, value } = money(grossMinor, row.currency);
  return { currency_code, value: value.replace('.', ',') };
}

function money(minor: bigint, currency: string): Money {
  return { currency_code: currency, value: formatMinor(minor, currency) };
}
