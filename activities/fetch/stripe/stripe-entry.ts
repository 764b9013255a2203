// The allow-list projection of a Stripe balance transaction: the fields named here are all that is ever looked at. Names,
// e-mail addresses, cards, addresses and free text of the expanded source end here.
import { z } from 'zod';
import { DataError } from '../../../domain/data-error.ts';

/** An id, or the object it was expanded to. */
const idSchema = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

const sourceSchema = (metadataReference: string) =>
  z.object({
    id: z.string(),
    object: z.string(),
    livemode: z.boolean().optional(),
    payment_intent: idSchema.nullish(),
    charge: idSchema.nullish(),
    /** Of a payout that takes back another one. */
    original_payout: idSchema.nullish(),
    /** Of a transfer reversal. */
    transfer: idSchema.nullish(),
    /** Of an application fee refund. */
    fee: idSchema.nullish(),
    amount: z.int().optional(),
    amount_captured: z.int().optional(),
    currency: z.string().optional(),
    metadata: z.object({ [metadataReference]: z.string().optional() }).nullish(),
  });

const entrySchema = (metadataReference: string) =>
  z.object({
    id: z.string().min(1),
    amount: z.int(),
    fee: z.int(),
    net: z.int(),
    currency: z.string(),
    created: z.int(),
    available_on: z.int(),
    exchange_rate: z.number().positive().nullable(),
    reporting_category: z.string(),
    type: z.string(),
    source: z.union([z.string(), sourceSchema(metadataReference)]).nullable(),
  });

export type StripeEntry = z.infer<ReturnType<typeof entrySchema>>;
export type StripeSource = Exclude<StripeEntry['source'], string | null>;

/** The returned function throws a DataError naming the field that is not what Stripe documents. */
export function stripeProjection(metadataReference: string): (raw: unknown) => StripeEntry {
  const schema = entrySchema(metadataReference);
  return (raw) => {
    const result = schema.safeParse(raw);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new DataError(issue?.path.join('.') || 'row', issue?.message ?? 'is not a balance transaction');
  };
}
