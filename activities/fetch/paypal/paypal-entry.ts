// The allow-list projection of a row of PayPal's Transaction Search: the fields named here are all that is ever looked
// at. Payer, shipping, cart, notes and subjects end here, also where PayPal sends them unasked.
import { z } from 'zod';
import { DataError } from '../../../domain/data-error.ts';

const moneySchema = z.object({ currency_code: z.string(), value: z.string() });

const entrySchema = z.object({
  transaction_id: z.string().min(1),
  paypal_reference_id: z.string().nullish(),
  paypal_reference_id_type: z.string().nullish(),
  transaction_event_code: z.string().min(1),
  transaction_initiation_date: z.string(),
  transaction_amount: moneySchema,
  fee_amount: moneySchema.nullish(),
  transaction_status: z.string(),
  bank_reference_id: z.string().nullish(),
  invoice_id: z.string().nullish(),
  custom_field: z.string().nullish(),
});
const detailSchema = z.object({ transaction_info: entrySchema });

export type PayPalEntry = z.infer<typeof entrySchema>;

/** @throws DataError naming the field that is not what PayPal documents. */
export function paypalEntry(raw: unknown): PayPalEntry {
  const result = detailSchema.safeParse(raw);
  if (result.success) return result.data.transaction_info;
  const [issue] = result.error.issues;
  throw new DataError(issue?.path.join('.') || 'row', issue?.message ?? 'is not a transaction');
}
